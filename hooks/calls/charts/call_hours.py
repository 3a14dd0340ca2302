"""Calls added up by the hour: once for all when an hour can change no more, and on the spot for the hours since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from django.conf import settings
from django.db import connection

HOUR = timedelta(hours=1)
KEPT = timedelta(
    days=32
)  # how far back a gateway that starts adds up; the longest chart shows 30 days
AT_ONE_TIME = 12  # hours: some seconds of work where there are ten thousand calls an hour
_LOCK = 0x63616C6C  # any number, the same in every process

# A call that lives can reach back as far as its lease. Refused calls were never in progress.
_ADDED_UP = """
hour AS (SELECT hour FROM generate_series(%(first)s, %(last)s, interval '1 hour') AS hour),
lately AS (
    SELECT call.tenant_id, asked_at, answered_at, ended_at, ended_by, decision = 'refused' AS refused FROM hooks_call call
     WHERE asked_at >= %(first)s - make_interval(secs => %(lease)s) AND asked_at < %(last)s + interval '1 hour' AND {which}
), call AS (
    SELECT hour.hour, whose.tenant_id, asked_at, answered_at, ended_at, ended_by, refused
      FROM lately
      JOIN hour ON asked_at < hour.hour + interval '1 hour'
       AND (asked_at >= hour.hour OR ended_at IS NULL OR ended_at > hour.hour)
     CROSS JOIN LATERAL (VALUES {whose}) AS whose (tenant_id)
), move AS (
    SELECT hour, tenant_id, greatest(asked_at, hour) AS at, 1 AS step FROM call WHERE NOT refused
    UNION ALL
    SELECT hour, tenant_id, ended_at, -1 FROM call WHERE NOT refused AND ended_at < hour + interval '1 hour'
), going_on AS (
    SELECT hour, tenant_id, sum(step) OVER (PARTITION BY hour, tenant_id ORDER BY at, step) AS number FROM move
), most AS (
    SELECT hour, tenant_id, max(number) AS at_once FROM going_on GROUP BY hour, tenant_id
), counted AS (
    SELECT hour, tenant_id,
           count(*) FILTER (WHERE answered_at IS NOT NULL) AS answered,
           count(*) FILTER (WHERE answered_at IS NULL AND ended_by NOT IN ('busy', 'failed', 'refused', '')) AS unanswered,
           count(*) FILTER (WHERE answered_at IS NULL AND ended_by = 'busy') AS busy,
           count(*) FILTER (WHERE answered_at IS NULL AND ended_by = 'failed') AS failed,
           count(*) FILTER (WHERE refused) AS refused
      FROM call WHERE asked_at >= hour GROUP BY hour, tenant_id
), added_up AS (
    SELECT hour, nullif(tenant_id, 0) AS tenant_id, coalesce(answered, 0) AS answered, coalesce(unanswered, 0) AS unanswered,
           coalesce(busy, 0) AS busy, coalesce(failed, 0) AS failed, coalesce(refused, 0) AS refused,
           coalesce(at_once, 0) AS at_once
      FROM counted FULL JOIN most USING (hour, tenant_id)
)"""
_COLUMNS = "answered, unanswered, busy, failed, refused, at_once"
EVERYBODYS = 0  # stands for "of all tenants together" within the statement
# An hour without calls has a row too: the newest row of everybody's says how far the adding up has come.
ADD_UP = f"""
WITH {_ADDED_UP.format(whose=f"(lately.tenant_id), ({EVERYBODYS})", which="true")}
INSERT INTO hooks_callhour (hour, tenant_id, {_COLUMNS})
SELECT hour, tenant_id, {_COLUMNS} FROM added_up
UNION ALL
SELECT hour, NULL, 0, 0, 0, 0, 0, 0 FROM hour
 WHERE NOT EXISTS (SELECT FROM added_up WHERE added_up.hour = hour.hour AND tenant_id IS NULL)
ON CONFLICT DO NOTHING
"""
DONE = """
SELECT coalesce((SELECT max(hour) + interval '1 hour' FROM hooks_callhour WHERE tenant_id IS NULL),
                (SELECT date_trunc('hour', min(asked_at)) FROM hooks_call WHERE asked_at > %(oldest)s))
"""
READ = """
SELECT hour, sum(answered), sum(unanswered), sum(busy), sum(failed), sum(refused), sum(at_once)
  FROM hooks_callhour WHERE {which} AND hour >= %(since)s GROUP BY hour ORDER BY hour
"""
COUNT = f"WITH {_ADDED_UP.format(whose=f'({EVERYBODYS})', which='{which}')} SELECT hour, {_COLUMNS} FROM added_up"


class CallHours(NamedTuple):
    """What was asked for within an hour; `at_once`: the most calls at one moment, of several tenants each one's most."""

    hour: datetime
    answered: int = 0
    unanswered: int = 0
    busy: int = 0
    failed: int = 0
    refused: int = 0
    at_once: int = 0


def settled(now: datetime) -> datetime:
    """Hours that began before this change no more: every call of theirs has ended, if only by its lease."""
    return _hour(now - timedelta(seconds=settings.CLICKHOOK_CALL_LEASE) - 2 * HOUR)


async def add_up(connected: psycopg.AsyncConnection[Any], now: datetime) -> bool:
    """The next hours of all tenants, by one process at a time; whether it has come to the end."""
    async with connected.transaction():
        lock = await connected.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if (await lock.fetchone()) != (True,):
            return True
        done = await connected.execute(DONE, {"oldest": now - KEPT})
        (first,) = await done.fetchone() or (None,)
        end = settled(now)
        if first is None or first >= end:
            return True
        last = min(end - HOUR, first + (AT_ONE_TIME - 1) * HOUR)
        await connected.execute("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
        await connected.execute(ADD_UP, _span(first, last))
        return bool(last == end - HOUR)


def of(tenants: list[int] | None, since: datetime, now: datetime) -> list[CallHours]:
    """From the hour of `since` on, of all tenants without `tenants`. Hours without calls are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            READ.format(which=_which("tenant_id", tenants)),
            {"since": _hour(since), "tenants": tenants},
        )
        hours = [CallHours(hour, *map(int, sums)) for hour, *sums in cursor.fetchall()]
        cursor.execute("SELECT max(hour) FROM hooks_callhour WHERE tenant_id IS NULL")
        (done,) = cursor.fetchone()
        first = max(done + HOUR, _hour(since)) if done else _hour(since)
        which = "true" if tenants is None else _which("call.tenant_id", tenants)
        cursor.execute(COUNT.format(which=which), {**_span(first, _hour(now)), "tenants": tenants})
        return sorted([*hours, *(CallHours(*row) for row in cursor.fetchall())])


def _which(column: str, tenants: list[int] | None) -> str:
    return f"{column} IS NULL" if tenants is None else f"{column} = ANY(%(tenants)s)"


def _span(first: datetime, last: datetime) -> dict[str, Any]:
    return {"first": first, "last": last, "lease": settings.CLICKHOOK_CALL_LEASE}


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
