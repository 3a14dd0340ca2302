"""The SQL of the hot path: one statement reads all that a batch needs, one writes all it leaves behind."""

from __future__ import annotations

from functools import lru_cache

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

# What the three READs share: the columns of hooks.facts.Facts begin with the instance's.
_INSTANCE = "instance.id, instance.unsigned, instance.app_key, instance.signing_secret, instance.previous_signing_secret"

# `origins`: the connect's origin and its parents, the nearest first, with spaces between.
# A session that lives keeps its account; a new one gets the account with the fewest living sessions, then the longest idle.
# Connects of one tenant in one batch take turns.
READ_CONNECT = f"""
SELECT {_INSTANCE},
       session.id, session.ended_at, tenant.id,
       NULL, NULL, account.login,
       hook.domain_id, tenant.status, served.id IS NOT NULL, account.id,
       NULL, NULL, NULL, NULL,
       account.authentication_name, account.password, account.domain, account.outbound_proxy, account.port,
       tenant.sip_register_required, session.connect_digest, session.opened_at, node.id IS NOT NULL
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
SELECT {_INSTANCE},
       session.id, session.ended_at, session.tenant_id,
       call.id, call.decision, account.login,
       domain.id, tenant.status, served.id IS NOT NULL, account.id,
       call.alias, call.target, call.ended_at, callee.target
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
SELECT {_INSTANCE},
       session.id, session.ended_at, session.tenant_id,
       call.id, call.decision, session.sip_login
  FROM json_to_recordset(%s) AS hook (n int, key text, node text, wcs_session text, wcs_call text)
{_SESSION}
 ORDER BY hook.n
"""

_OPENED = """
opened AS (
    INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key, domain_id, origin,
                               sip_account_id, sip_login, connect_digest, opened_at, ended_by)
    SELECT id, tenant_id, instance_id, node_id, wcs_session_id, app_key, domain_id, origin,
           sip_account_id, sip_login, connect_digest, opened_at, ''
      FROM opening
    ON CONFLICT DO NOTHING RETURNING id
), node AS (
    INSERT INTO tenants_wcsnode (instance_id, node_id, first_seen_at)
    SELECT instance_id, node_id, min(opened_at) FROM opening WHERE node_is_new GROUP BY instance_id, node_id
    ON CONFLICT DO NOTHING
)"""
_OPENING = """
opening AS (
    SELECT * FROM json_to_recordset(%s) AS opening (
        id uuid, tenant_id bigint, instance_id uuid, node_id text, wcs_session_id text, app_key text, domain_id bigint,
        origin text, sip_account_id uuid, sip_login text, connect_digest text, opened_at timestamptz, node_is_new bool)
)"""
_ASKED = """
asked AS (
    INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller, decision, reason,
                            asked_at, ended_at, ended_by, end_info)
    SELECT *, '' FROM json_to_recordset(%s) AS asking (
        id uuid, tenant_id bigint, session_id uuid, wcs_call_id text, alias text, target text, caller text, decision text,
        reason text, asked_at timestamptz, ended_at timestamptz, ended_by text)
    ON CONFLICT DO NOTHING RETURNING id
)"""
# Rows are locked in the order of their ids, so that two batches never wait for each other in a circle.
_SESSIONS = """
session_progress AS (
    SELECT progress.*
      FROM json_to_recordset(%s) AS progress (
           id uuid, established_at timestamptz, ended_at timestamptz, ended_by text)
      JOIN hooks_session USING (id)
     -- An end from before the session began was the end of an earlier one under the same id (two clocks may differ a bit).
     WHERE coalesce(progress.ended_at, progress.established_at) > hooks_session.opened_at - interval '2 seconds'
     ORDER BY id FOR NO KEY UPDATE OF hooks_session
), moved_session AS (
    UPDATE hooks_session session
       SET established_at = least(session.established_at, progress.established_at),
           ended_at = least(session.ended_at, progress.ended_at),
           ended_by = CASE WHEN session.ended_by IN ('', 'reaper') THEN coalesce(progress.ended_by, session.ended_by)
                           ELSE session.ended_by END
      FROM session_progress progress WHERE progress.id = session.id
)"""
_NO_SESSIONS = """
session_progress AS (SELECT NULL::uuid AS id, NULL::timestamptz AS ended_at WHERE false)"""
# The first end wins, and what WCS said of the call itself wins over what followed from the session or was assumed.
_CALLS = """
call_progress AS (
    SELECT * FROM json_to_recordset(%s) AS progress (
        id uuid, at timestamptz, ringing_at timestamptz, answered_at timestamptz, ended_at timestamptz, ended_by text,
        info text, sip_status int)
)"""
_NO_CALLS = """
call_progress AS (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at, NULL::timestamptz AS ringing_at, NULL::timestamptz AS answered_at,
           NULL::timestamptz AS ended_at, NULL AS ended_by, NULL AS info, NULL::int AS sip_status WHERE false
)"""
_MOVED_CALLS = """
locked_call AS (
    SELECT call.id, progress.at, progress.ringing_at, progress.answered_at, progress.ended_by, progress.info,
           progress.sip_status, least(progress.ended_at, session_progress.ended_at) AS ended_at,
           session_progress.ended_at IS NOT NULL AS session_ended
      FROM hooks_call call
      LEFT JOIN call_progress progress ON progress.id = call.id
      LEFT JOIN session_progress ON session_progress.id = call.session_id AND call.ended_at IS NULL
     WHERE call.id = ANY (ARRAY(
           SELECT id FROM call_progress
           UNION SELECT living.id FROM session_progress
                   JOIN hooks_call living ON living.session_id = session_progress.id AND living.ended_at IS NULL
                  WHERE session_progress.ended_at IS NOT NULL))
     ORDER BY call.id FOR NO KEY UPDATE OF call
), moved_call AS (
    UPDATE hooks_call call
       SET ringing_at = least(call.ringing_at, progress.ringing_at),
           answered_at = CASE WHEN coalesce(call.answered_at, progress.answered_at) IS NOT NULL
                              THEN least(call.answered_at, progress.answered_at, call.ended_at, progress.ended_at) END,
           ended_at = least(call.ended_at, progress.ended_at),
           ended_by = CASE WHEN call.ended_by NOT IN ('', 'session', 'reaper') THEN call.ended_by
                           ELSE coalesce(progress.ended_by, nullif(call.ended_by, ''),
                                         CASE WHEN progress.session_ended THEN 'session' END, '') END,
           end_info = CASE WHEN call.end_info = '' THEN coalesce(progress.info, '') ELSE call.end_info END,
           sip_status = greatest(call.sip_status, progress.sip_status)
      FROM locked_call progress
     WHERE progress.id = call.id
       AND (call.ended_at IS NULL OR call.ended_by IN ('session', 'reaper')
            OR progress.at < call.ended_at + interval '1 minute')
)"""
_LOGGED = """
logged AS (
    INSERT INTO hooks_event (received_at, instance_id, tenant_id, session_id, call_id, method, decision, reason,
                             detail, body)
    SELECT received_at, instance_id, tenant_id, session_id, call_id, method, decision, reason, detail, body
      FROM json_to_recordset(%s) AS event (
           received_at timestamptz, instance_id uuid, tenant_id bigint, session_id uuid, call_id uuid, method text,
           decision text, reason text, detail text, body jsonb, only_with uuid)
     WHERE only_with IS NULL OR only_with IN (SELECT id FROM created)
)"""


@lru_cache
def write(opened: bool, asked: bool, sessions: bool, calls: bool, events: bool) -> bytes:
    """The statement for a batch that holds these parts, each a parameter in this order; it gives the ids that came to be.

    An id that is missing was somebody else's first: its hook is decided again on fresh facts.
    """
    moves = (_SESSIONS if sessions else _NO_SESSIONS, _CALLS if calls else _NO_CALLS, _MOVED_CALLS)
    created = " UNION ALL ".join(
        f"SELECT id FROM {part}" for part in ("opened",) * opened + ("asked",) * asked
    )
    created = created or "SELECT NULL::uuid AS id WHERE false"
    parts = [
        *((_OPENING, _OPENED) if opened else ()),
        *((_ASKED,) if asked else ()),
        *(moves if sessions or calls else ()),
        f"created AS ({created})",
        *((_LOGGED,) if events else ()),
    ]
    return f"WITH {','.join(parts)} SELECT id FROM created".encode()


REAP = """
WITH lost_session AS (
    UPDATE hooks_session SET ended_at = now(), ended_by = 'reaper'
     WHERE id IN (SELECT id FROM hooks_session
                   WHERE ended_at IS NULL AND opened_at < now() - make_interval(secs => %(session)s)
                   ORDER BY id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
), lost_call AS (
    UPDATE hooks_call SET ended_at = now(), ended_by = 'reaper'
     WHERE id IN (SELECT call.id FROM hooks_call call JOIN hooks_session session ON session.id = call.session_id
                   WHERE call.ended_at IS NULL
                     AND (session.ended_at IS NOT NULL
                          OR call.asked_at < now() - make_interval(secs => CASE WHEN call.answered_at IS NULL
                                                                           THEN %(ring)s ELSE %(call)s END))
                   ORDER BY call.id LIMIT 1000 FOR NO KEY UPDATE OF call SKIP LOCKED)
    RETURNING id
)
SELECT (SELECT count(*) FROM lost_session), (SELECT count(*) FROM lost_call)
"""
