"""Makes the weeks of events to come, and drops those that served their time."""

from __future__ import annotations

from django.conf import settings
from psycopg import sql
from psycopg.errors import LockNotAvailable

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.kept import FOREVER
from hooks.duties.repeating import Connection
from hooks.event_weeks import MAKE_WEEKS, PAST_WEEKS, WITHIN

EVERY = 600.0  # seconds
DROP = sql.SQL("SET LOCAL lock_timeout = {}; DROP TABLE {}")


async def keep_weeks(connection: Connection, steps: ClockSteps | None = None) -> str:
    """Who reads the events for a long time goes first; then the next turn does it.

    Nothing is dropped while the clock is in doubt.
    """
    try:
        await connection.execute(MAKE_WEEKS)
        if doubt := await (steps or ClockSteps()).find_doubt(connection):
            return f"drops nothing: {doubt}"
        dropped = [await drop(connection, week) for week in await list_past(connection)]
    except LockNotAvailable:
        return "waits for whoever reads the events"
    return f"dropped {', '.join(dropped)}" if dropped else ""


async def list_past(connection: Connection) -> list[str]:
    """Their tables, of weeks whose last event was kept long enough."""
    if settings.CLICKHOOK_KEEP_EVENTS == FOREVER:
        return []
    cursor = await connection.execute(PAST_WEEKS, {"days": settings.CLICKHOOK_KEEP_EVENTS})
    return [week for (week,) in await cursor.fetchall()]


async def count_events(connection: Connection, week: str) -> int:
    """Reads all of its index."""
    counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(week))
    rows = await (await connection.execute(counting)).fetchall()
    return int(rows[0][0])


async def drop(connection: Connection, week: str) -> str:
    """Raises LockNotAvailable."""
    async with connection.transaction():
        await connection.execute(DROP.format(WITHIN, sql.Identifier(week)))
    return week
