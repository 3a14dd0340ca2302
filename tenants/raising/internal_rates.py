"""What extensions and SIP URIs cost tenants so far, by their SIP accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.utils import timezone

from tenants.models.limit_raise import WAITS

# An account that was removed counts as long as a raise would wait: else it could be added anew.
HIGHEST = """
SELECT tenant_id, max(rate)::numeric(12, 6)::text
  FROM (SELECT tenant_id, internal_rate AS rate FROM tenants_sipaccount
         WHERE tenant_id = ANY(%(tenants)s)
         UNION ALL
        SELECT tenant_id, (before->>'internal_rate')::numeric FROM tenants_auditentry
         WHERE tenant_id = ANY(%(tenants)s) AND action = 'sip_account:removed'
           AND at > %(since)s) account
 WHERE rate IS NOT NULL
 GROUP BY tenant_id
"""


def highest_internal_rates(tenants: Iterable[int]) -> dict[int, str]:
    """By tenant; one whose accounts have no rate is missing."""
    values: dict[str, Any] = {"tenants": list(tenants), "since": timezone.now() - WAITS}
    with connection.cursor() as cursor:
        cursor.execute(HIGHEST, values)
        return dict(cursor.fetchall())
