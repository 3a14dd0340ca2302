"""Adds the calls of each hour up, once and for all, as soon as the hour can change no more."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings

from hooks.calls.charts.hour_counting import (
    ALL_TENANTS,
    COUNTS,
    HOUR,
    begin_of_hour,
    counted_hour,
    hour_span,
)

LOOK_BACK = timedelta(days=32)  # where there are no hours yet; the longest chart shows 30 days
HOURS_AT_A_TIME = 12  # some seconds of work where there are ten thousand calls an hour
_LOCK_ID = 0x63616C6C  # any number, the same in every process

_COUNTED_HOUR = counted_hour(
    counted_for=f"(recent.tenant_id), ({ALL_TENANTS})",
    condition="true",
)
# An hour without calls has a row too: the newest row of all tenants says how far the adding up is.
ADD_UP = f"""
WITH {_COUNTED_HOUR}
INSERT INTO hooks_callhour (hour, tenant_id, {COUNTS})
SELECT hour, tenant_id, {COUNTS} FROM counted_hour
UNION ALL
SELECT hour, NULL, 0, 0, 0, 0, 0, 0 FROM hour
 WHERE NOT EXISTS (SELECT FROM counted_hour
                    WHERE counted_hour.hour = hour.hour AND tenant_id IS NULL)
ON CONFLICT DO NOTHING
"""  # noqa: S608  # put together from constants alone
NEXT_HOUR = """
SELECT coalesce((SELECT max(hour) + interval '1 hour' FROM hooks_callhour WHERE tenant_id IS NULL),
                (SELECT date_trunc('hour', min(asked_at)) FROM hooks_call
                  WHERE asked_at > %(oldest)s))
"""


async def add_up(connection: psycopg.AsyncConnection[Any], now: datetime) -> bool:
    """Adds up the next hours of all tenants, in one process at a time.

    Gives whether nothing is left to add up.
    """
    async with connection.transaction():
        if not await _lock(connection):
            return True

        first = await _next_hour(connection, now)
        end = end_of_final_hours(now)
        if first is None or first >= end:
            return True

        last = min(end - HOUR, first + (HOURS_AT_A_TIME - 1) * HOUR)
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        await connection.execute(ADD_UP, hour_span(first, last))
        return bool(last == end - HOUR)


def end_of_final_hours(now: datetime) -> datetime:
    """Hours that began before this are final: their calls have ended, if only by their lease."""
    return begin_of_hour(now - timedelta(seconds=settings.CLICKHOOK_CALL_LEASE) - 2 * HOUR)


async def _lock(connection: psycopg.AsyncConnection[Any]) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK_ID])
    return await cursor.fetchone() == (True,)


async def _next_hour(connection: psycopg.AsyncConnection[Any], now: datetime) -> datetime | None:
    """None where no call was ever asked for."""
    cursor = await connection.execute(NEXT_HOUR, {"oldest": now - LOOK_BACK})
    (hour,) = await cursor.fetchone() or (None,)
    return hour
