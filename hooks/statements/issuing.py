"""The statement that asks what bears on a ticket for a page, and spends its challenge."""

from __future__ import annotations

from hooks.statements.covering import DOMAIN_NEAR_TENANT

# Without a nonce nothing is spent.
ASK_FOR_TICKET = f"""
WITH found AS MATERIALIZED (
    SELECT tenant.id, tenant.status, tenant.tickets, tenant.time_zone,
           tenant.hours::text AS hours, tenant.holidays::text AS holidays,
           tenant.way_out, tenant.way_out_text, tenant.way_out_url,
           callee.alias, callee.keypad, hook.nonce, hook.until
      FROM (SELECT %s::uuid AS public_key, %s::text AS origins, %s::text AS alias,
                   %s::text AS nonce, %s::float AS until) hook
      JOIN tenants_tenant tenant ON tenant.public_key = hook.public_key
     CROSS JOIN LATERAL ({DOMAIN_NEAR_TENANT}) domain
      LEFT JOIN tenants_callee callee ON callee.tenant_id = tenant.id AND callee.id = CASE
           WHEN hook.alias <> '' THEN
               (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND alias = hook.alias)
           ELSE coalesce(
               domain.default_callee_id,
               (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND "default"))
           END
     WHERE domain.tenant_id = tenant.id
), spent AS (
    INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
    SELECT id, 'challenge ' || nonce, NULL, to_timestamp(until) FROM found WHERE nonce <> ''
    ON CONFLICT DO NOTHING RETURNING jti
)
SELECT id, status, tickets, time_zone, hours, holidays, alias, keypad,
       way_out, way_out_text, way_out_url, EXISTS (SELECT FROM spent) FROM found
"""
