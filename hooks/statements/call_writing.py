"""Parts of the statement that writes: calls, their meters, reports and tones."""

from __future__ import annotations

from hooks.limits.scope import TENANT
from hooks.statements.alarming import RAISE_FOR_SHORT_CALLS
from hooks.statements.ends import ended
from hooks.statements.metering import Asking, metered, not_metered

_SETTLED = f"""
settlement AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s) AS settlement (
        id uuid, tenant_id bigint, cost bigint, closes_callee bool)
     WHERE tenant_id IN (SELECT tenant_id FROM call_metered)
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
     WHERE reservation IS NULL OR tenant_id IN (SELECT tenant_id FROM call_metered)
    ON CONFLICT DO NOTHING RETURNING id
)"""
ASKING = Asking(metered("call", TENANT), not_metered("call"), _SETTLED, _ASKED)
_REPORTS = """
call_progress AS (
    SELECT * FROM json_to_recordset(%s) AS progress (
        id uuid, at timestamptz, ringing_at timestamptz, answered_at timestamptz,
        ended_at timestamptz, ended_by text, info text, sip_status int)
)"""
_NO_REPORTS = """
call_progress AS (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at, NULL::timestamptz AS ringing_at,
           NULL::timestamptz AS answered_at, NULL::timestamptz AS ended_at, NULL AS ended_by,
           NULL AS info, NULL::int AS sip_status
     WHERE false
)"""
_MOVED = f"""
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
           {ended("call")},
           sip_status = greatest(call.sip_status, progress.sip_status)
      FROM locked_call progress
     WHERE progress.id = call.id AND call.id = ANY (ARRAY(SELECT id FROM locked_call))
       AND (call.ended_at IS NULL OR call.ended_by IN ('session', 'reaper')
            OR progress.at < call.ended_at + interval '1 minute')
)"""
# Only if nobody else sent tones in that call since they were read: presses counts on by one.
TONES = """
sent_tones AS (
    INSERT INTO hooks_keypad AS keypad (call_id, presses, sent, last)
    SELECT * FROM json_to_recordset(%s) AS tones (
        call_id uuid, presses int, sent int, last jsonb)
    ON CONFLICT (call_id) DO UPDATE
       SET presses = excluded.presses, sent = excluded.sent, last = excluded.last
     WHERE keypad.presses = excluded.presses - 1
    RETURNING call_id AS id
)"""


def moving(reported: bool) -> tuple[str, str]:
    """After the sessions' part: with the end of a session its calls end."""
    return (_REPORTS if reported else _NO_REPORTS), _MOVED
