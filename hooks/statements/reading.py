"""One statement for each kind of hook reads the facts of a whole batch."""

from __future__ import annotations

from hooks.facts import Facts

# Set on the gateway's connections: every table is reached through an index, whatever it holds by now.
SETTINGS = """
SELECT set_config('enable_seqscan', 'off', false),
       set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('jit', 'off', false),
       set_config('TimeZone', 'UTC', false),
       set_config('statement_timeout', %s, false)
"""

# Expressions for fields of Facts; every statement selects all fields, in their order.
_INSTANCE = {
    "instance_id": "instance.id",
    "instance_unsigned": "instance.unsigned",
    "instance_app_key": "instance.app_key",
    "instance_signing_secret": "instance.signing_secret",
    "instance_previous_signing_secret": "instance.previous_signing_secret",
}
_CONNECT = _INSTANCE | {
    "session_id": "session.id",
    "session_ended_at": "session.ended_at",
    "session_opened_at": "session.opened_at",
    "session_digest": "session.connect_digest",
    "node_known": "node.id IS NOT NULL",
    "tenant_id": "tenant.id",
    "tenant_status": "tenant.status",
    "tenant_served": "served.id IS NOT NULL",
    "tenant_registers": "tenant.sip_register_required",
    "domain_id": "hook.domain_id",
    "account_id": "account.id",
    "account_login": "account.login",
    "account_authentication_name": "account.authentication_name",
    "account_password": "account.password",
    "account_domain": "account.domain",
    "account_outbound_proxy": "account.outbound_proxy",
    "account_port": "account.port",
}
_EVENT = _INSTANCE | {
    "session_id": "session.id",
    "session_ended_at": "session.ended_at",
    "tenant_id": "session.tenant_id",
    "account_login": "session.sip_login",
    "call_id": "call.id",
    "call_decision": "call.decision",
}
_CALL = _EVENT | {
    "tenant_status": "tenant.status",
    "tenant_served": "served.id IS NOT NULL",
    "domain_id": "domain.id",
    "account_id": "account.id",
    "account_login": "account.login",
    "call_alias": "call.alias",
    "call_target": "call.target",
    "call_ended_at": "call.ended_at",
    "callee_target": "callee.target",
}


def _select_facts(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expressions.get(name, 'NULL')} AS {name}" for name in Facts._fields)


READ_INSTANCES = f"""
SELECT instance.key, {", ".join(_INSTANCE.values())}
  FROM tenants_wcsinstance instance WHERE instance.key = ANY (%s)
"""

# `origins`: the connect's origin and its parents, the nearest first, with spaces between.
# A session that lives keeps its account; a new one gets the account with the fewest living sessions, then the longest idle.
# Connects of one tenant in one batch take turns.
READ_CONNECT = f"""
SELECT {_select_facts(_CONNECT)}
  FROM (SELECT hook.*, domain.id AS domain_id, domain.tenant_id,
               row_number() OVER (PARTITION BY domain.tenant_id ORDER BY n) - 1 AS turn
          FROM json_to_recordset(%s) AS hook (n int, key text, node text, wcs_session text, origins text)
          LEFT JOIN LATERAL (
               SELECT id, tenant_id FROM tenants_domain
                WHERE origin = ANY (string_to_array(hook.origins, ' '))
                  AND (include_subdomains OR origin = split_part(hook.origins, ' ', 1))
                ORDER BY length(origin) DESC LIMIT 1
               ) domain ON true
       ) hook
  LEFT JOIN tenants_wcsinstance instance ON instance.key = hook.key
  LEFT JOIN tenants_wcsnode node ON node.instance_id = instance.id AND node.node_id = hook.node
  LEFT JOIN tenants_tenant tenant ON tenant.id = hook.tenant_id
  LEFT JOIN tenants_wcsinstance_tenants served ON served.wcsinstance_id = instance.id AND served.tenant_id = tenant.id
  LEFT JOIN hooks_session session ON session.wcs_session_id = hook.wcs_session AND session.node_id = hook.node
        AND session.instance_id = instance.id AND session.ended_at IS NULL
  LEFT JOIN LATERAL (
       SELECT count(*) AS size FROM tenants_sipaccount WHERE tenant_id = tenant.id AND enabled
       ) pool ON true
  LEFT JOIN LATERAL (
       SELECT candidate.* FROM tenants_sipaccount candidate
        WHERE candidate.tenant_id = tenant.id AND candidate.enabled
        ORDER BY candidate.id = session.sip_account_id DESC NULLS LAST,
                 CASE WHEN pool.size > 1 THEN (SELECT count(*) FROM (SELECT FROM hooks_session
                   WHERE sip_account_id = candidate.id AND ended_at IS NULL LIMIT 1000) living) END,
                 CASE WHEN pool.size > 1 THEN
                   (SELECT max(opened_at) FROM hooks_session WHERE sip_account_id = candidate.id) END NULLS FIRST,
                 candidate.id
       OFFSET CASE WHEN session.id IS NULL THEN hook.turn %% greatest(pool.size, 1) END
        LIMIT 1
       ) account ON true
 ORDER BY hook.n
"""
# The session that lives under that id, else the last that did.
_SESSION = """
  LEFT JOIN tenants_wcsinstance instance ON instance.key = hook.key
  LEFT JOIN LATERAL (
       SELECT * FROM hooks_session
        WHERE wcs_session_id = hook.wcs_session AND node_id = hook.node AND instance_id = instance.id
        ORDER BY ended_at DESC NULLS FIRST LIMIT 1
       ) session ON true
  LEFT JOIN LATERAL (
       SELECT * FROM hooks_call WHERE session_id = session.id AND wcs_call_id = hook.wcs_call LIMIT 1
       ) call ON true"""

# Everything that let the session in must still hold: the tenant's domain covers its origin, its account is enabled.
READ_CALL = f"""
SELECT {_select_facts(_CALL)}
  FROM json_to_recordset(%s) AS hook (n int, key text, node text, wcs_session text, wcs_call text, alias text)
{_SESSION}
  LEFT JOIN tenants_tenant tenant ON tenant.id = session.tenant_id
  LEFT JOIN tenants_wcsinstance_tenants served ON served.wcsinstance_id = instance.id AND served.tenant_id = tenant.id
  LEFT JOIN tenants_sipaccount account
       ON account.id = session.sip_account_id AND account.tenant_id = tenant.id AND account.enabled
  LEFT JOIN tenants_domain domain ON domain.id = session.domain_id AND domain.tenant_id = tenant.id
        AND origin_span(domain.origin, domain.include_subdomains) && origin_span(session.origin, false)
  LEFT JOIN tenants_callee callee ON callee.tenant_id = tenant.id AND callee.id = CASE
       WHEN hook.alias <> '' THEN
           (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND alias = hook.alias)
       ELSE
           coalesce(domain.default_callee_id, (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND "default"))
       END
 ORDER BY hook.n
"""

READ_EVENT = f"""
SELECT {_select_facts(_EVENT)}
  FROM json_to_recordset(%s) AS hook (n int, key text, node text, wcs_session text, wcs_call text)
{_SESSION}
 ORDER BY hook.n
"""
