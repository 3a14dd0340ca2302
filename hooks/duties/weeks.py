"""Makes the weeks of events to come, and drops those that served their time."""

from __future__ import annotations

import logging
from collections.abc import Awaitable

from django.conf import settings
from psycopg import sql
from psycopg.errors import (
    DependentObjectsStillExist,
    InsufficientPrivilege,
    LockNotAvailable,
    QueryCanceled,
    UndefinedTable,
)

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.kept import FOREVER, Kind, events_of
from hooks.duties.repeating import Connection
from hooks.event_weeks import LONG_PARTS, OTHER, PAST_WEEKS, WITHIN, make_weeks, weeks_of_part

log = logging.getLogger("hooks")
EVERY = 600.0  # seconds
# PostgreSQL looks through hooks_event_other for each new week, and hooks wait meanwhile.
LOOK_THROUGH_WITHIN = "SET LOCAL statement_timeout = '1s'"
DROP = sql.SQL("SET LOCAL lock_timeout = {}; DROP TABLE IF EXISTS {}")
# No fault: hooks go on, and the worker must not look stuck. The doctor tells when it lasts.
HINDRANCES = {
    QueryCanceled: f"{OTHER} holds so many events that hooks would wait too long",
    InsufficientPrivilege: "another role owns the tables",
    DependentObjectsStillExist: "a view or another object of yours depends on it",
}


async def keep_weeks(connection: Connection, steps: ClockSteps) -> str:
    """Those to come are made though none can be dropped, and the other way round.

    Nothing is dropped while the clock is in doubt.
    """
    news = [await attempt("weeks to come", make_missing(connection))]
    if doubt := await steps.find_doubt(connection):
        return ", ".join(filter(None, [*news, f"drops nothing: {doubt}"]))
    news += [await attempt(week, drop(connection, week)) for week in await list_past(connection)]
    return ", ".join(filter(None, news))


async def attempt(what: str, work: Awaitable[str]) -> str:
    """What is hindered is tried again in the next turn."""
    try:
        return await work
    except LockNotAvailable:
        return f"{what}: waits for whoever reads the events"
    except tuple(HINDRANCES) as error:
        sentence = f"{what}: {HINDRANCES[type(error)]}"
        log.warning("%s", sentence)
        return sentence


async def make_missing(connection: Connection) -> str:
    async with connection.transaction():
        await connection.execute(LOOK_THROUGH_WITHIN)
        await connection.execute(make_weeks(settings.CLICKHOOK_KEEP_EVENTS))
    return ""


async def list_past(connection: Connection) -> list[str]:
    """Their tables, of weeks whose last event was kept long enough."""
    if settings.CLICKHOOK_KEEP_EVENTS == FOREVER:
        return []
    cursor = await connection.execute(PAST_WEEKS, {"days": settings.CLICKHOOK_KEEP_EVENTS})
    return [week for (week,) in await cursor.fetchall()]


async def list_long(connection: Connection) -> list[Kind]:
    """What goes one by one of parts that are too long to wait for their end."""
    days = settings.CLICKHOOK_KEEP_EVENTS
    if days == FOREVER:
        return []
    cursor = await connection.execute(LONG_PARTS, {"days": days, "weeks": weeks_of_part(days)})
    return [events_of(part) for (part,) in await cursor.fetchall()]


async def count_events(connection: Connection, week: str) -> int:
    """Reads all of its index. 0 where somebody else has dropped it."""
    counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(week))
    try:
        rows = await (await connection.execute(counting)).fetchall()
    except UndefinedTable:
        return 0
    return int(rows[0][0])


async def drop(connection: Connection, week: str) -> str:
    """Says so, also where another worker was quicker."""
    async with connection.transaction():
        await connection.execute(DROP.format(WITHIN, sql.Identifier(week)))
    return f"dropped {week}"
