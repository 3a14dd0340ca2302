"""Ends what turned up although its hook was refused: its commit was lost from sight, not undone."""

from __future__ import annotations

import logging

from hooks.duties.repeating import Connection

log = logging.getLogger("hooks")
EVERY = 5.0  # seconds
# A commit that waits for a standby turns up late. Ids are looked for as long as a connection may
# wait; afterwards nothing can bring them any more.
LOOK_FOR = 600  # seconds
END_REFUSED = """
WITH call AS (
    UPDATE hooks_call SET ended_at = now(), ended_by = 'refused'
     WHERE id = ANY (ARRAY(SELECT id FROM hooks_refusedid)) AND ended_at IS NULL
    RETURNING id
), stream AS (
    UPDATE hooks_stream SET ended_at = now(), ended_by = 'refused'
     WHERE id = ANY (ARRAY(SELECT id FROM hooks_refusedid)) AND ended_at IS NULL
    RETURNING id
), session AS (
    UPDATE hooks_session SET ended_at = now(), ended_by = 'failed'
     WHERE id = ANY (ARRAY(SELECT id FROM hooks_refusedid)) AND ended_at IS NULL
    RETURNING id
), old AS (
    DELETE FROM hooks_refusedid WHERE noted_at < now() - make_interval(secs => %(look_for)s)
)
SELECT (SELECT count(*) FROM call), (SELECT count(*) FROM session),
       (SELECT count(*) FROM stream)
"""


async def end_refused(connection: Connection) -> str:
    cursor = await connection.execute(END_REFUSED, {"look_for": LOOK_FOR})
    calls, sessions, streams = await cursor.fetchone() or (0, 0, 0)
    if not calls and not sessions and not streams:
        return ""
    what = f"{calls} calls and {sessions} sessions"
    what += f" and {streams} streams" if streams else ""
    log.warning("ended %s that had been refused", what)
    return f"ended {what} that had been refused"
