"""Closes sessions, calls and streams that nobody ended."""

from __future__ import annotations

import logging

from django.conf import settings

from hooks.duties.clock_steps import FORWARD, SOUND, ClockSteps
from hooks.duties.repeating import Connection

log = logging.getLogger("hooks")

# Each looks at what lives, in the order of an index that holds nothing else, never at history.
LOST_SESSIONS = """
WITH lost AS (
    SELECT id FROM (SELECT id, opened_at FROM hooks_session WHERE ended_at IS NULL
                     ORDER BY sip_account_id, id OFFSET 0) living
     WHERE opened_at < now() - make_interval(secs => %(session)s::float) LIMIT 1000
), locked AS (
    SELECT id FROM hooks_session
     WHERE id = ANY (ARRAY(SELECT id FROM lost)) AND ended_at IS NULL
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE hooks_session SET ended_at = now(), ended_by = 'reaper'
 WHERE id = ANY (ARRAY(SELECT id FROM locked))
"""
LOST_CALLS = """
WITH lost AS (
    SELECT living.id
      FROM (SELECT id, session_id, asked_at, answered_at FROM hooks_call WHERE ended_at IS NULL
             ORDER BY asked_at OFFSET 0) living
     CROSS JOIN LATERAL (
           SELECT ended_at FROM hooks_session WHERE id = living.session_id OFFSET 0
           ) session
     WHERE session.ended_at IS NOT NULL
        OR living.asked_at < now() - make_interval(
           secs => CASE WHEN living.answered_at IS NULL
                        THEN %(ring)s::float ELSE %(call)s::float END)
     LIMIT 1000
), locked AS (
    SELECT id FROM hooks_call
     WHERE id = ANY (ARRAY(SELECT id FROM lost)) AND ended_at IS NULL
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE hooks_call SET ended_at = now(), ended_by = 'reaper'
 WHERE id = ANY (ARRAY(SELECT id FROM locked))
"""
# One that WCS was to end, and whose end nobody reports, lives no longer than a call would.
LOST_STREAMS = """
WITH lost AS (
    SELECT living.id
      FROM (SELECT id, session_id, asked_at, began_at, ends_by FROM hooks_stream
             WHERE decision = 'allowed' AND ended_at IS NULL ORDER BY ends_by OFFSET 0) living
     CROSS JOIN LATERAL (
           SELECT ended_at FROM hooks_session WHERE id = living.session_id OFFSET 0
           ) session
     WHERE session.ended_at IS NOT NULL
        OR living.ends_by < now() - make_interval(secs => %(call)s::float)
        OR living.began_at IS NULL
           AND living.asked_at < now() - make_interval(secs => %(ring)s::float)
     LIMIT 1000
), locked AS (
    SELECT id FROM hooks_stream
     WHERE id = ANY (ARRAY(SELECT id FROM lost)) AND ended_at IS NULL
     ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE hooks_stream SET ended_at = now(), ended_by = 'reaper'
 WHERE id = ANY (ARRAY(SELECT id FROM locked))
"""


class Reaping:
    """After a step of the clock, what lived then keeps the rest of its lease."""

    def __init__(self, steps: ClockSteps) -> None:
        self._steps = steps

    async def end_lost_sessions(self, connection: Connection) -> str:
        return await self._end("sessions", LOST_SESSIONS, connection)

    async def end_lost_calls(self, connection: Connection) -> str:
        return await self._end("calls", LOST_CALLS, connection)

    async def end_lost_streams(self, connection: Connection) -> str:
        return await self._end("streams", LOST_STREAMS, connection)

    async def _end(self, what: str, statement: str, connection: Connection) -> str:
        await self._steps.look(connection)
        leases = {
            "session": settings.CLICKHOOK_SESSION_LEASE,
            "call": settings.CLICKHOOK_CALL_LEASE,
            "ring": settings.CLICKHOOK_RING_LEASE,
        }
        older = {name: self._steps.forward_within(lease) for name, lease in leases.items()}
        longer = {name: lease + older[name] for name, lease in leases.items()}
        number = (await connection.execute(statement, longer)).rowcount
        return ", ".join(filter(None, [_report(what, number), _tell_why(max(older.values()))]))


def _report(what: str, number: int) -> str:
    if not number:
        return ""
    log.warning("closed %d %s that nobody ended", number, what)
    return f"closed {number} {what} that nobody ended"


def _tell_why(older: float) -> str:
    return f"{FORWARD} by {older:.0f} s: all live as much longer" if older > SOUND else ""
