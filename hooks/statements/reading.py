"""One statement for each kind of hook reads the facts of a whole batch."""

from __future__ import annotations

from hooks.facts import Facts
from hooks.statements.blocking import BLOCKED
from hooks.statements.covering import DOMAIN_AT_INSTANCE
from hooks.statements.limiting import LIMITING, METERING
from hooks.statements.serving import SERVED
from hooks.statements.session import INSTANCE, LATEST_SESSION
from hooks.statements.streaming import OF_STREAM, STREAM
from hooks.statements.switching import SWITCHED_OFF_FOR_CALL, SWITCHED_OFF_FOR_CONNECT

# Set on the gateway's connections: rows are reached by an index in its own order, whatever the
# planner believes the tables hold. A look-up that could use two indexes names an order that only
# one of them has, since statistics may be missing, or as old as an empty table.
SETTINGS = """
SELECT set_config('enable_seqscan', 'off', false),
       set_config('enable_bitmapscan', 'off', false),
       set_config('enable_sort', 'off', false),
       set_config('enable_material', 'off', false),
       set_config('enable_hashjoin', 'off', false),
       set_config('enable_mergejoin', 'off', false),
       set_config('plan_cache_mode', 'force_generic_plan', false),
       set_config('jit', 'off', false),
       set_config('TimeZone', 'UTC', false),
       set_config('statement_timeout', %s, false),
       set_config('lock_timeout', %s, false)
"""

# Expressions for fields of Facts; every statement selects all fields, in their order.
_CONNECT = INSTANCE | {
    "switched_off": SWITCHED_OFF_FOR_CONNECT,
    "session_id": "CASE WHEN session.ended_at IS NULL THEN session.id END",
    "session_ended_at": "session.ended_at",
    "session_opened_at": "session.opened_at",
    "session_digest": "session.connect_digest",
    "session_password_since": "session.sip_password_since",
    "connect_answered_before": "answered.before",
    "node_known": "node.id IS NOT NULL",
    "tenant_id": "tenant.id",
    "tenant_status": "tenant.status",
    "tenant_served": "served.id IS NOT NULL",
    "tenant_registers": "tenant.sip_register_required",
    "tenant_tickets": "tenant.tickets",
    "tenant_visitors": "tenant.visitors",
    "ticket_key_id": "ticket_key.id",
    "ticket_key_secret": "ticket_key.secret",
    "ticket_spent": "spent.jti IS NOT NULL",
    "token_key_id": "token_key.id",
    "token_key_secret": "token_key.secret",
    "token_jwks": "token_key.jwks::text",
    "blocked_visitors": "blocked.visitors",
    "domain_id": "hook.domain_id",
    "account_id": "account.id",
    "account_login": "account.login",
    "account_authentication_name": "account.authentication_name",
    "account_password": "account.password",
    "account_next_password": "account.next_password",
    "account_next_since": "account.next_since",
    "password_trial": "trial.state",
    "account_domain": "account.domain",
    "account_outbound_proxy": "account.outbound_proxy",
    "account_port": "account.port",
}
_EVENT = (
    INSTANCE
    | OF_STREAM
    | {
        "session_id": "session.id",
        "session_ended_at": "session.ended_at",
        "tenant_id": "session.tenant_id",
        "account_login": "session.sip_login",
        "call_id": "call.id",
        "call_decision": "call.decision",
        "call_alias": "call.alias",
        "call_target": "call.target",
        "call_ended_at": "call.ended_at",
        "call_answered_at": "call.answered_at",
        "callee_keypad": "callee.keypad",
        "tones_presses": "tones.presses",
        "tones_sent": "tones.sent",
        "tones_last": "tones.last",
    }
)
_NOT_OF_CALL = {"callee_keypad", "tones_presses", "tones_sent", "tones_last", *OF_STREAM}
_CALL = {name: _EVENT[name] for name in _EVENT.keys() - _NOT_OF_CALL} | {
    "switched_off": SWITCHED_OFF_FOR_CALL,
    "honey_alias": "tenant.honey_alias",
    "session_visitor": "session.visitor",
    "session_visitor_display": "session.visitor_display",
    "session_label": "CASE WHEN tenant.label_is_shown THEN session.label END",
    "session_ticket_alias": "session.ticket_alias",
    "session_publish": "session.publish_alias",
    "session_play": "session.play_alias",
    "visitor_blocked": "blocked.visitors IS NOT NULL",
    "tenant_status": "tenant.status",
    "tenant_served": "served.id IS NOT NULL",
    "domain_id": "domain.id",
    "account_id": "account.id",
    "account_login": "account.login",
    "callee_target": "callee.target",
    "callee_alias": "callee.alias",
    "call_asked_at": "call.asked_at",
    "call_ringing_at": "call.ringing_at",
    "limiting": "limiting.facts",
}


def _select_facts(expressions: dict[str, str]) -> str:
    return ", ".join(f"{expressions.get(name, 'NULL')} AS {name}" for name in Facts._fields)


READ_INSTANCES = f"""
SELECT instance.key, {", ".join(INSTANCE.values())}
  FROM tenants_wcsinstance instance WHERE instance.key = ANY (%s)
"""
READ_MANY_INSTANCES = f"""
SELECT instance.key, {", ".join(INSTANCE.values())} FROM tenants_wcsinstance instance LIMIT %s
"""

# `visitors`: those that the connect may be of, and `kid`, `jti`: what its ticket claims.
_ASKED = f"""
WITH asked AS MATERIALIZED (
    SELECT hook.*, domain.id AS domain_id, domain.tenant_id,
           row_number() OVER (PARTITION BY domain.tenant_id ORDER BY n) - 1 AS turn
      FROM json_to_recordset(%s) AS hook (
           n int, key text, node text, wcs_session text, digest text, origins text,
           kid text, jti text, token bool, visitors text)
      LEFT JOIN LATERAL ({DOMAIN_AT_INSTANCE}) domain ON true
)"""
MOST_LIVING = 8  # sessions of an account that are counted; beyond that, accounts count as equal
MOST_ACCOUNTS = 200  # of a tenant that take part
# The accounts of each tenant that is asked for, those with the fewest living sessions first;
# among equals, chance decides. Nothing is counted for a tenant with one account.
_POOL = f"""
pool AS MATERIALIZED (
    SELECT tenant_id, array_agg(id ORDER BY living, chance) AS accounts
      FROM (SELECT DISTINCT tenant_id FROM asked) AS of_tenant
     CROSS JOIN LATERAL (
           SELECT account.id, hashtext(account.id::text || statement_timestamp()) AS chance,
                  CASE WHEN account.size > 1 THEN (
                  SELECT count(*) FROM (
                         SELECT sip_account_id FROM hooks_session
                          WHERE ended_at IS NULL AND (sip_account_id, id) >=
                                (account.id, '00000000-0000-0000-0000-000000000000')
                          ORDER BY sip_account_id, id LIMIT {MOST_LIVING}
                         ) counted WHERE sip_account_id = account.id
                  ) END AS living
             FROM (SELECT id, count(*) OVER () AS size FROM (
                          SELECT id FROM tenants_sipaccount
                           WHERE tenant_id = of_tenant.tenant_id AND enabled
                           LIMIT {MOST_ACCOUNTS}
                          ) enabled
                  ) account
           ) candidate
     GROUP BY tenant_id
)"""
MOST_RECURRENCES = 20  # of a session id, among which a repeated connect is looked for

# Of no cost where the connect brings nothing. Each is looked up by all that names it: a join might
# be planned by the tenant alone.
_TICKETS = f"""
  LEFT JOIN LATERAL (
       SELECT id, secret FROM tenants_ticketkey
        WHERE tenant_id = tenant.id AND kid = hook.kid AND retired_at IS NULL LIMIT 1
       ) ticket_key ON hook.kid <> ''
  LEFT JOIN LATERAL (
       SELECT jti FROM hooks_spentticket
        WHERE tenant_id = tenant.id AND jti = hook.jti LIMIT 1
       ) spent ON hook.jti <> ''
  LEFT JOIN tenants_tokenkey token_key ON hook.token AND token_key.tenant_id = tenant.id
  LEFT JOIN LATERAL ({BLOCKED.format("ANY (string_to_array(hook.visitors, ' '))")}) blocked
       ON hook.visitors <> ''"""


# A session that lives keeps its account; connects of one tenant in one batch take turns.
def _read_connect(expressions: dict[str, str]) -> str:
    return f"""
{_ASKED}, {_POOL}
SELECT {_select_facts(expressions)}
  FROM asked hook
  LEFT JOIN pool ON pool.tenant_id = hook.tenant_id
  LEFT JOIN tenants_wcsinstance instance ON instance.key = hook.key
  LEFT JOIN tenants_wcsnode node ON node.instance_id = instance.id AND node.node_id = hook.node
  LEFT JOIN tenants_tenant tenant ON tenant.id = hook.tenant_id
{SERVED}
  LEFT JOIN LATERAL ({LATEST_SESSION} LIMIT 1) session ON true
 CROSS JOIN LATERAL (
       SELECT EXISTS (
              SELECT FROM ({LATEST_SESSION} LIMIT {MOST_RECURRENCES}) recent
               WHERE connect_digest = hook.digest) AS before
       ) answered
  LEFT JOIN LATERAL (
       SELECT * FROM tenants_sipaccount WHERE id = CASE
              WHEN session.ended_at IS NULL AND session.sip_account_id = ANY (pool.accounts)
              THEN session.sip_account_id
              ELSE pool.accounts[1 + hook.turn %% cardinality(pool.accounts)] END
       OFFSET 0
       ) account ON true
  LEFT JOIN hooks_passwordtrial trial
       ON trial.account_id = account.id AND trial.since = account.next_since
{_TICKETS}
 ORDER BY hook.n
"""


READ_CONNECT = _read_connect(_CONNECT)
# Where CLICKHOOK_DOMAIN_PROOF requires it. A proof is of one origin: a row may be changed.
READ_PROVED_CONNECT = _read_connect(
    _CONNECT
    | {
        "domain_unproved": """coalesce((
           SELECT proved_at IS NULL
                  OR origin <> (SELECT origin FROM tenants_domain WHERE id = hook.domain_id)
             FROM tenants_domainproof WHERE domain_id = hook.domain_id), true)"""
    }
)
_SESSION = f"""
  LEFT JOIN tenants_wcsinstance instance ON instance.key = hook.key
  LEFT JOIN LATERAL ({LATEST_SESSION} LIMIT 1) session ON true
  LEFT JOIN LATERAL (
       SELECT * FROM hooks_call
        WHERE session_id = session.id AND wcs_call_id = hook.wcs_call LIMIT 1
       ) call ON true"""

# What let the session in must still hold: the domain covers its origin, its account is enabled.
_WEIGHED = f"""
    SELECT {_select_facts(_CALL)}, hook.n, limiting.scopes
      FROM json_to_recordset(%s) AS hook (
           n int, key text, node text, wcs_session text, wcs_call text, alias text)
{_SESSION}
  LEFT JOIN tenants_tenant tenant ON tenant.id = session.tenant_id
{SERVED}
  LEFT JOIN tenants_sipaccount account
       ON account.id = session.sip_account_id AND account.tenant_id = tenant.id
      AND account.enabled
  LEFT JOIN tenants_domain domain
       ON domain.id = session.domain_id AND domain.tenant_id = tenant.id
      AND (domain.origin = session.origin
           OR domain.include_subdomains
              AND origin_span(domain.origin, true) && origin_span(session.origin, false))
  LEFT JOIN tenants_callee callee ON callee.tenant_id = tenant.id AND callee.id = CASE
       WHEN call.fallback <> '' THEN
           (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND alias = call.fallback)
       WHEN hook.alias <> '' THEN
           (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND alias = hook.alias)
       ELSE coalesce(
           domain.default_callee_id,
           (SELECT id FROM tenants_callee WHERE tenant_id = tenant.id AND "default"))
       END
  LEFT JOIN LATERAL ({BLOCKED.format("session.visitor")}) blocked ON session.visitor <> ''
{LIMITING}"""
_METERS_OF_TENANT = {"metering": "of_tenant.facts"}
READ_CALL = f"""
WITH weighed AS MATERIALIZED ({_WEIGHED}
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY n) AS turn FROM weighed
), of_tenant AS MATERIALIZED ({METERING}
)
SELECT {_select_facts({name: f"numbered.{name}" for name in _CALL} | _METERS_OF_TENANT)}
  FROM numbered
  LEFT JOIN of_tenant ON of_tenant.tenant_id = numbered.tenant_id AND numbered.turn = 1
 ORDER BY numbered.n
"""

# Only where a visitor sends tones: the callee whom their call reached, and what they sent before.
_KEYPAD = """
  LEFT JOIN tenants_callee callee
       ON callee.tenant_id = call.tenant_id AND callee.target = call.target
      AND callee.id = CASE WHEN hook.sends_tones THEN coalesce(
          (SELECT id FROM tenants_callee WHERE tenant_id = call.tenant_id
              AND alias = coalesce(nullif(call.fallback, ''), call.alias)),
          (SELECT default_callee_id FROM tenants_domain
            WHERE id = session.domain_id AND call.alias = ''),
          (SELECT id FROM tenants_callee
            WHERE tenant_id = call.tenant_id AND "default" AND call.alias = '')) END
  LEFT JOIN hooks_keypad tones ON tones.call_id = CASE WHEN hook.sends_tones THEN call.id END"""
READ_EVENT = f"""
SELECT {_select_facts(_EVENT)}
  FROM json_to_recordset(%s) AS hook (
       n int, key text, node text, wcs_session text, wcs_call text, sends_tones bool,
       wcs_stream text)
{_SESSION}
{STREAM}
{_KEYPAD}
 ORDER BY hook.n
"""
