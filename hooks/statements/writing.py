"""One statement writes what a whole batch leaves behind."""

from __future__ import annotations

from functools import lru_cache

from hooks.statements import stream_writing
from hooks.statements.alarming import RAISE_FOR_SHORT_CALLS
from hooks.statements.blocking import BREACHED
from hooks.statements.messaging_in import TAKEN
from hooks.statements.standby import WRITES_A_WORD

# Whether the tables take writes: not on a server that only reads, nor while somebody locks one or
# no standby answers.
PROBE = f"""
WITH session AS (UPDATE hooks_session SET ended_at = NULL WHERE false),
     call AS (UPDATE hooks_call SET ended_at = NULL WHERE false),
     event AS (UPDATE hooks_event SET detail = '' WHERE false)
SELECT {WRITES_A_WORD}
"""
# A ticket is spent by the one session that inserts its row; locked in one order, as rows are below.
_OPENED = """
spent AS (
    INSERT INTO hooks_spentticket (tenant_id, jti, session_id, until)
    SELECT tenant_id, jti, id, to_timestamp(spent_until)
      FROM opening WHERE jti IS NOT NULL
     ORDER BY tenant_id, jti
    ON CONFLICT DO NOTHING RETURNING session_id
), opened AS (
    INSERT INTO hooks_session (id, tenant_id, instance_id, node_id, wcs_session_id, app_key,
                               domain_id, origin,
                               sip_account_id, sip_login, connect_digest, opened_at, ended_by,
                               visitor, visitor_display, ticketed, ticket_alias, label, context,
                               sip_password_since, publish_alias, play_alias)
    SELECT id, tenant_id, instance_id, node_id, wcs_session_id, app_key, domain_id, origin,
           sip_account_id, sip_login, connect_digest, opened_at, '',
           visitor, visitor_display, ticketed, ticket_alias, label, context, sip_password_since,
           publish_alias, play_alias
      FROM opening
     WHERE jti IS NULL OR id IN (SELECT session_id FROM spent)
    ON CONFLICT DO NOTHING RETURNING id
), node AS (
    INSERT INTO tenants_wcsnode (instance_id, node_id, first_seen_at)
    SELECT instance_id, node_id, min(opened_at)
      FROM opening WHERE node_is_new GROUP BY instance_id, node_id
    ON CONFLICT DO NOTHING
)"""
# Of the sessions that would try a password, one gets it; the others are decided again. Their
# tickets are not spent by then.
_OPENING = """
connected AS (
    SELECT * FROM json_to_recordset(%s) AS connected (
        id uuid, tenant_id bigint, instance_id uuid, node_id text, wcs_session_id text,
        app_key text, domain_id bigint, origin text, sip_account_id uuid, sip_login text,
        connect_digest text, opened_at timestamptz, node_is_new bool, visitor text,
        visitor_display text, ticketed bool, ticket_alias text, label text, context jsonb,
        jti text, spent_until double precision, sip_password_since timestamptz,
        tries_password bool, publish_alias text, play_alias text)
), trying AS (
    INSERT INTO hooks_passwordtrial (account_id, since, session_id, began_at, state, detail)
    SELECT DISTINCT ON (sip_account_id) sip_account_id, sip_password_since, id, opened_at,
           'proving', ''
      FROM connected WHERE tries_password ORDER BY sip_account_id, id
    ON CONFLICT DO NOTHING RETURNING session_id
), opening AS (
    SELECT * FROM connected
     WHERE NOT tries_password OR id IN (SELECT session_id FROM trying)
)"""
# A call that was allowed counts in its tenant's meters, and is written together with them or not
# at all.
_ASKED = """
asked AS (
    INSERT INTO hooks_call (id, tenant_id, session_id, wcs_call_id, alias, target, caller,
                            decision, reason, asked_at, ended_at, ended_by, visitor, reservation,
                            fallback, end_info)
    SELECT *, '' FROM json_to_recordset(%s) AS asking (
        id uuid, tenant_id bigint, session_id uuid, wcs_call_id text, alias text, target text,
        caller text, decision text, reason text, asked_at timestamptz, ended_at timestamptz,
        ended_by text, visitor text, reservation jsonb, fallback text)
     WHERE reservation IS NULL OR tenant_id IN (SELECT tenant_id FROM metered)
    ON CONFLICT DO NOTHING RETURNING id
)"""
# The meters are as they were read, and nobody else writes them at this moment. Whoever does is not
# waited for: the calls of that tenant are decided again.
_METERED = """
meter_state AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS meter_state (
        tenant_id bigint, scope text, version bigint, state jsonb)
), unchanged AS MATERIALIZED (
    SELECT meter.tenant_id
      FROM meter_state
      JOIN hooks_meter meter ON meter.tenant_id = meter_state.tenant_id
       AND meter.scope = meter_state.scope AND meter.version = meter_state.version
     WHERE meter_state.scope = 'tenant'
       FOR NO KEY UPDATE OF meter SKIP LOCKED
), begun AS (
    INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
    SELECT tenant_id, scope, 1, state, statement_timestamp()
      FROM meter_state WHERE scope = 'tenant' AND version = 0
    ON CONFLICT DO NOTHING RETURNING tenant_id
), moved_meter AS (
    INSERT INTO hooks_meter (tenant_id, scope, version, state, touched_at)
    SELECT tenant_id, scope, 0, state, statement_timestamp()
      FROM meter_state
     WHERE tenant_id IN (SELECT tenant_id FROM unchanged)
        OR scope <> 'tenant' AND tenant_id IN (SELECT tenant_id FROM begun)
    ON CONFLICT (tenant_id, scope) DO UPDATE
       SET version = hooks_meter.version + 1, state = excluded.state,
           touched_at = excluded.touched_at
), metered AS (
    SELECT tenant_id FROM unchanged UNION ALL SELECT tenant_id FROM begun
)"""
_SETTLED = f"""
settlement AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS settlement (
        id uuid, tenant_id bigint, cost bigint, closes_callee bool)
     WHERE tenant_id IN (SELECT tenant_id FROM metered)
), settled_call AS (
    SELECT id FROM hooks_call
     WHERE id = ANY (ARRAY(SELECT id FROM settlement))
     ORDER BY id FOR NO KEY UPDATE
), given_back AS (
    UPDATE hooks_call call
       SET settled_at = statement_timestamp(), cost = settlement.cost
      FROM settlement JOIN settled_call ON settled_call.id = settlement.id
     WHERE call.id = settlement.id AND call.id = ANY (ARRAY(SELECT id FROM settled_call))
), {RAISE_FOR_SHORT_CALLS}"""
_NOT_METERED = """
metered AS (SELECT NULL::bigint AS tenant_id WHERE false)"""
# Rows are locked in the order of their ids, so that two batches never wait for each other in a
# circle; and they are found by their ids, whatever the planner believes of the table.
_SESSIONS = """
session_report AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS report (
        id uuid, established_at timestamptz, ended_at timestamptz, ended_by text)
), session_progress AS (
    SELECT report.*
      FROM hooks_session session
      JOIN session_report report ON report.id = session.id
     WHERE session.id = ANY (ARRAY(SELECT id FROM session_report))
     -- An end from before the session began was the end of an earlier one under the same id (two
     -- clocks may differ a bit).
       AND coalesce(report.ended_at, report.established_at)
           > session.opened_at - interval '2 seconds'
     ORDER BY session.id FOR NO KEY UPDATE OF session
), moved_session AS (
    UPDATE hooks_session session
       SET established_at = least(session.established_at, progress.established_at),
           ended_at = least(session.ended_at, progress.ended_at),
           ended_by = CASE WHEN session.ended_by IN ('', 'reaper')
                                OR progress.ended_at < session.ended_at
                           THEN coalesce(progress.ended_by, session.ended_by)
                           ELSE session.ended_by END
      FROM session_progress progress
     WHERE progress.id = session.id
       AND session.id = ANY (ARRAY(SELECT id FROM session_progress))
)"""
_NO_SESSIONS = """
session_progress AS (SELECT NULL::uuid AS id, NULL::timestamptz AS ended_at WHERE false)"""
# The first end wins, whatever the order in which ends arrive; and what WCS said of the call itself
# wins over what followed from the session or was assumed. hooks.lifecycle merges the reports of one
# batch by the same rule; a test holds the two together.
_CALLS = """
call_progress AS (
    SELECT * FROM json_to_recordset(%s) AS progress (
        id uuid, at timestamptz, ringing_at timestamptz, answered_at timestamptz,
        ended_at timestamptz, ended_by text, info text, sip_status int)
)"""
_NO_CALLS = """
call_progress AS (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at, NULL::timestamptz AS ringing_at,
           NULL::timestamptz AS answered_at, NULL::timestamptz AS ended_at, NULL AS ended_by,
           NULL AS info, NULL::int AS sip_status
     WHERE false
)"""
# WCS reports an end of the call itself, and none that it reported before was earlier.
_IS_FIRST_END = """progress.ended_by IS NOT NULL
                       AND (call.ended_by IN ('', 'session', 'reaper')
                            OR call.ended_by <> 'refused' AND progress.ended_at < call.ended_at)"""
_MOVED_CALLS = f"""
locked_call AS (
    SELECT call.id, progress.at, progress.ringing_at, progress.answered_at, progress.ended_by,
           progress.info, progress.sip_status,
           least(progress.ended_at, session_progress.ended_at) AS ended_at,
           session_progress.ended_at IS NOT NULL AS session_ended
      FROM hooks_call call
      LEFT JOIN call_progress progress ON progress.id = call.id
      LEFT JOIN session_progress ON session_progress.id = call.session_id AND call.ended_at IS NULL
     WHERE call.id = ANY (ARRAY(
           SELECT id FROM call_progress
           UNION
           SELECT of_session.id FROM session_progress
            CROSS JOIN LATERAL (
                  -- In this order, and looked into outside of it, so that no other index does.
                  SELECT id, ended_at FROM hooks_call WHERE session_id = session_progress.id
                   ORDER BY wcs_call_id OFFSET 0
                  ) of_session
            WHERE session_progress.ended_at IS NOT NULL AND of_session.ended_at IS NULL))
     ORDER BY call.id FOR NO KEY UPDATE OF call
), moved_call AS (
    UPDATE hooks_call call
       SET ringing_at = least(call.ringing_at, progress.ringing_at),
           answered_at = CASE WHEN coalesce(call.answered_at, progress.answered_at) IS NOT NULL
                              THEN least(call.answered_at, progress.answered_at,
                                         call.ended_at, progress.ended_at) END,
           ended_at = least(call.ended_at, progress.ended_at),
           ended_by = CASE WHEN {_IS_FIRST_END} THEN progress.ended_by
                           WHEN call.ended_by = '' AND progress.session_ended THEN 'session'
                           ELSE call.ended_by END,
           end_info = CASE WHEN {_IS_FIRST_END} THEN coalesce(progress.info, '')
                           ELSE call.end_info END,
           sip_status = greatest(call.sip_status, progress.sip_status)
      FROM locked_call progress
     WHERE progress.id = call.id AND call.id = ANY (ARRAY(SELECT id FROM locked_call))
       AND (call.ended_at IS NULL OR call.ended_by IN ('session', 'reaper')
            OR progress.at < call.ended_at + interval '1 minute')
)"""
# Only if nobody else sent tones in that call since they were read: presses counts on by one.
_TONES = """
sent_tones AS (
    INSERT INTO hooks_keypad AS keypad (call_id, presses, sent, last)
    SELECT * FROM json_to_recordset(%s) AS tones (
        call_id uuid, presses int, sent int, last jsonb)
    ON CONFLICT (call_id) DO UPDATE
       SET presses = excluded.presses, sent = excluded.sent, last = excluded.last
     WHERE keypad.presses = excluded.presses - 1
    RETURNING call_id AS id
)"""
_LOGGED = """
logged AS (
    INSERT INTO hooks_event (hook_id, received_at, instance_id, tenant_id, session_id, call_id,
                             method, decision, reason, detail, body)
    SELECT hook_id, received_at, instance_id, tenant_id, session_id, call_id,
           method, decision, reason, detail, body
      FROM json_to_recordset(%s) AS event (
           hook_id uuid, received_at timestamptz, instance_id uuid, tenant_id bigint,
           session_id uuid, call_id uuid, method text, decision text, reason text, detail text,
           body jsonb, only_with uuid)
     WHERE only_with IS NULL OR only_with IN (SELECT id FROM created)
    ON CONFLICT (hook_id) DO NOTHING  -- written already, by an attempt whose answer got lost
)"""


@lru_cache
def write(
    opened: bool = False,
    metered: bool = False,
    settled: bool = False,
    asked: bool = False,
    sessions: bool = False,
    calls: bool = False,
    tones: bool = False,
    stream_meters: bool = False,
    streams_settled: bool = False,
    streams_asked: bool = False,
    streams: bool = False,
    messages: bool = False,
    events: bool = False,
    breaches: bool = False,
) -> bytes:
    """The statement for a batch that holds these parts, each a parameter, in this order.

    It gives the ids of the sessions, calls and streams that came to be.

    An id that is missing was somebody else's first: its hook is decided again on fresh facts.
    """
    of_sessions = _SESSIONS if sessions else _NO_SESSIONS
    of_calls = (_CALLS if calls else _NO_CALLS, _MOVED_CALLS)
    created = _created(
        opened=opened,
        asked=asked,
        sent_tones=tones,
        stream_asked=streams_asked,
        taken_message=messages,
    )
    parts = [
        *((_OPENING, _OPENED) if opened else ()),
        *((_METERED,) if metered else (_NOT_METERED,) if asked else ()),
        *((_SETTLED,) if settled else ()),
        *((_ASKED,) if asked else ()),
        *((of_sessions,) if sessions or calls or streams else ()),
        *(of_calls if sessions or calls else ()),
        *((_TONES,) if tones else ()),
        *stream_writing.asking(stream_meters, streams_settled, streams_asked),
        *(stream_writing.moving(streams) if sessions or streams else ()),
        *((TAKEN,) if messages else ()),
        f"created AS ({created})",
        f"standby AS MATERIALIZED (SELECT {WRITES_A_WORD} AS word)",
        *((_LOGGED,) if events else ()),
        *((BREACHED,) if breaches else ()),
    ]
    told = "(SELECT word FROM standby) IS NOT NULL"
    return f"WITH {','.join(parts)} SELECT id FROM created WHERE {told}".encode()


def _created(**parts: bool) -> str:
    ids = [f"SELECT id FROM {part}" for part, is_there in parts.items() if is_there]
    return " UNION ALL ".join(ids) or "SELECT NULL::uuid AS id WHERE false"
