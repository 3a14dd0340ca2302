"""The statements about a member's login; connects without one never come here."""

from __future__ import annotations

from hooks.statements.covering import DOMAIN_AT_INSTANCE
from tenants.models.visitor_login import LOCKED_FOR, MOST_WRONG

_LOCKED_SECONDS = int(LOCKED_FOR.total_seconds())

READ_LOGIN = f"""
SELECT tenant.id, login.id, login.password,
       login.throttling_failure_count >= {MOST_WRONG}
       AND login.throttling_failure_timestamp
           > statement_timestamp() - interval '{_LOCKED_SECONDS} seconds',
       login.throttling_failure_timestamp
  FROM (SELECT %s::text AS key, %s::text AS origins) hook
 CROSS JOIN LATERAL ({DOMAIN_AT_INSTANCE}) domain
 CROSS JOIN LATERAL (
       SELECT id FROM tenants_tenant WHERE id = domain.tenant_id AND visitors = 'members' LIMIT 1
       ) tenant
  LEFT JOIN tenants_visitorlogin login
       ON login.tenant_id = tenant.id AND login.login = %s AND login.enabled
"""
# Failures of long ago are forgotten.
NOTE_FAILURE = """
UPDATE tenants_visitorlogin
   SET throttling_failure_count = 1 + CASE
           WHEN throttling_failure_timestamp > statement_timestamp() - %s::interval
           THEN throttling_failure_count ELSE 0 END,
       throttling_failure_timestamp = statement_timestamp()
 WHERE id = %s
RETURNING id
"""
NOTE_SUCCESS = """
UPDATE tenants_visitorlogin
   SET throttling_failure_count = 0, throttling_failure_timestamp = NULL
 WHERE id = %s
RETURNING id
"""
