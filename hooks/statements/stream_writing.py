"""Parts of the statement that writes: streams that were asked for, their meters and reports."""

from __future__ import annotations

from hooks.statements.ends import ended
from hooks.statements.metering import Asking, metered, not_metered
from hooks.streams.ledger import TENANT

_SETTLED = """
stream_settlement AS MATERIALIZED (
    SELECT id FROM json_to_recordset(%s) AS settlement (id uuid, tenant_id bigint)
     WHERE tenant_id IN (SELECT tenant_id FROM stream_metered)
), settled_stream AS (
    SELECT id FROM hooks_stream
     WHERE id = ANY (ARRAY(SELECT id FROM stream_settlement)) ORDER BY id FOR NO KEY UPDATE
), counted_no_more AS (
    UPDATE hooks_stream SET settled_at = statement_timestamp()
     WHERE id = ANY (ARRAY(SELECT id FROM settled_stream))
)"""
# A stream that was allowed counts in its tenant's meters, and is written together with them or not
# at all.
_ASKED = """
stream_asked AS (
    INSERT INTO hooks_stream (id, tenant_id, session_id, media_session_id, kind, alias, name,
                              scope, decision, reason, asked_at, ends_by, ended_at, ended_by,
                              visitor, end_info)
    SELECT *, '' FROM json_to_recordset(%s) AS asking (
        id uuid, tenant_id bigint, session_id uuid, media_session_id text, kind text, alias text,
        name text, scope text, decision text, reason text, asked_at timestamptz,
        ends_by timestamptz, ended_at timestamptz, ended_by text, visitor text)
     WHERE scope = '' OR tenant_id IN (SELECT tenant_id FROM stream_metered)
    ON CONFLICT DO NOTHING RETURNING id
)"""
ASKING = Asking(metered("stream", TENANT), not_metered("stream"), _SETTLED, _ASKED)
_REPORTS = """
stream_progress AS (
    SELECT * FROM json_to_recordset(%s) AS progress (
        id uuid, at timestamptz, began_at timestamptz, ended_at timestamptz, ended_by text,
        info text)
)"""
_NO_REPORTS = """
stream_progress AS (
    SELECT NULL::uuid AS id, NULL::timestamptz AS at, NULL::timestamptz AS began_at,
           NULL::timestamptz AS ended_at, NULL AS ended_by, NULL AS info
     WHERE false
)"""
_MOVED = f"""
locked_stream AS (
    SELECT stream.id, progress.at, progress.began_at, progress.ended_by, progress.info,
           least(progress.ended_at, session_progress.ended_at) AS ended_at,
           session_progress.ended_at IS NOT NULL AS session_ended
      FROM hooks_stream stream
      LEFT JOIN stream_progress progress ON progress.id = stream.id
      LEFT JOIN session_progress
             ON session_progress.id = stream.session_id AND stream.ended_at IS NULL
     WHERE stream.id = ANY (ARRAY(
           SELECT id FROM stream_progress
           UNION
           SELECT of_session.id FROM session_progress
            CROSS JOIN LATERAL (
                  -- In this order, and looked into outside of it, so that no other index does.
                  SELECT id, ended_at FROM hooks_stream WHERE session_id = session_progress.id
                   ORDER BY media_session_id, decision OFFSET 0
                  ) of_session
            WHERE session_progress.ended_at IS NOT NULL AND of_session.ended_at IS NULL))
     ORDER BY stream.id FOR NO KEY UPDATE OF stream
), moved_stream AS (
    UPDATE hooks_stream stream
       SET began_at = CASE WHEN coalesce(stream.began_at, progress.began_at) IS NOT NULL
                           THEN least(stream.began_at, progress.began_at,
                                      stream.ended_at, progress.ended_at) END,
           {ended("stream")}
      FROM locked_stream progress
     WHERE progress.id = stream.id AND stream.id = ANY (ARRAY(SELECT id FROM locked_stream))
       AND stream.ended_by <> 'refused'
       AND (stream.ended_at IS NULL OR stream.ended_by IN ('session', 'reaper')
            OR progress.at < stream.ended_at + interval '1 minute')
)"""


def moving(reported: bool) -> tuple[str, str]:
    """After the sessions' part: with the end of a session its streams end."""
    return (_REPORTS if reported else _NO_REPORTS), _MOVED
