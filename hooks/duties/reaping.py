"""Closes sessions, calls and streams that nobody ended."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from django.conf import settings

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


async def end_lost_sessions(connection: psycopg.AsyncConnection[Any]) -> str:
    lease = {"session": settings.CLICKHOOK_SESSION_LEASE}  # seconds
    return _report("sessions", (await connection.execute(LOST_SESSIONS, lease)).rowcount)


async def end_lost_calls(connection: psycopg.AsyncConnection[Any]) -> str:
    leases = {"call": settings.CLICKHOOK_CALL_LEASE, "ring": settings.CLICKHOOK_RING_LEASE}
    return _report("calls", (await connection.execute(LOST_CALLS, leases)).rowcount)


async def end_lost_streams(connection: psycopg.AsyncConnection[Any]) -> str:
    leases = {"call": settings.CLICKHOOK_CALL_LEASE, "ring": settings.CLICKHOOK_RING_LEASE}
    return _report("streams", (await connection.execute(LOST_STREAMS, leases)).rowcount)


def _report(what: str, number: int) -> str:
    if not number:
        return ""
    log.warning("closed %d %s that nobody ended", number, what)
    return f"closed {number} {what} that nobody ended"
