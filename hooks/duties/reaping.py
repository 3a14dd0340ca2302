"""Closes sessions and calls that nobody ended."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from django.conf import settings

log = logging.getLogger("hooks")

REAP = """
WITH lost_session AS (
    UPDATE hooks_session SET ended_at = now(), ended_by = 'reaper'
     WHERE id IN (SELECT id FROM hooks_session
                   WHERE ended_at IS NULL AND opened_at < now() - make_interval(secs => %(session)s)
                   ORDER BY id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING id
), lost_call AS (
    UPDATE hooks_call SET ended_at = now(), ended_by = 'reaper'
     WHERE id IN (SELECT call.id FROM hooks_call call
                    JOIN hooks_session session ON session.id = call.session_id
                   WHERE call.ended_at IS NULL
                     AND (session.ended_at IS NOT NULL
                          OR call.asked_at < now() - make_interval(
                             secs => CASE WHEN call.answered_at IS NULL
                                          THEN %(ring)s ELSE %(call)s END))
                   ORDER BY call.id LIMIT 1000 FOR NO KEY UPDATE OF call SKIP LOCKED)
    RETURNING id
)
SELECT (SELECT count(*) FROM lost_session), (SELECT count(*) FROM lost_call)
"""


async def reap(connection: psycopg.AsyncConnection[Any]) -> None:
    leases = {  # seconds
        "session": settings.CLICKHOOK_SESSION_LEASE,
        "call": settings.CLICKHOOK_CALL_LEASE,
        "ring": settings.CLICKHOOK_RING_LEASE,
    }
    cursor = await connection.execute(REAP, leases)
    sessions, calls = await cursor.fetchone() or (0, 0)

    if sessions or calls:
        log.warning("closed %d sessions and %d calls that nobody ended", sessions, calls)
