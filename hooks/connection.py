"""One connection to PostgreSQL that answers within a deadline, or is dropped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from hooks import primary
from hooks.clock import clock
from hooks.database import TOO_LATE, DatabaseAway, noticing_absence
from hooks.metrics import DATABASE_ERRORS, OF_A_STATEMENT
from hooks.statements.reading import SETTINGS

# The tables grow, and a plan that was made for few rows would be slow for many.
REPLAN_EVERY = 10.0  # seconds
LOCK_SHARE = 0.25  # of the deadline; a row that is locked longer holds up its own hooks alone
LOOK_AT_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
# A connection that was left may still wait at the server, for instance for a standby. Without this
# each attempt would leave one more, until there are too many.
END_PREDECESSORS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE application_name = %s AND pid <> pg_backend_pid()
"""


class HookConnection:
    def __init__(self) -> None:
        self._id = uuid.uuid4().hex
        self._connection: primary.Connection | None = None
        self._planned_at = 0.0
        self._ends_at = 0.0
        self._has_expired = False

    @property
    def _name(self) -> str:
        """What pg_stat_activity calls it. gunicorn's workers are copies that share its id."""
        return f"clickhook hooks {self._id} {os.getpid()}"

    @property
    def is_open(self) -> bool:
        return self._connection is not None and not self._connection.closed

    @property
    def has_expired(self) -> bool:
        """Whether the deadline of `within` has passed."""
        return self._has_expired

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """What waits for the database longer than this ends with DatabaseAway."""
        loop = asyncio.get_running_loop()
        self._has_expired, self._ends_at = False, loop.time() + seconds
        self._seconds = seconds
        alarm = loop.call_at(self._ends_at, self._expire)
        try:
            yield
        finally:
            alarm.cancel()

    async def execute(self, statement: str | bytes, values: Sequence[Any]) -> list[Any]:
        """Raises DatabaseAway; whatever else psycopg raises is the fault of a value or of ours."""
        try:
            with noticing_absence():
                await self._make_ready()
                await self._cursor.execute(statement, values, prepare=True)
                return await self._cursor.fetchall()
        except DatabaseAway as away:
            # At the deadline it was this side that ended the connection.
            why = TOO_LATE if self._has_expired else str(away)
            DATABASE_ERRORS.labels(why).inc()
            await self.close()
            raise DatabaseAway(why) from away.__cause__
        except psycopg.Error:
            DATABASE_ERRORS.labels(OF_A_STATEMENT).inc()
            raise

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()

    async def _make_ready(self) -> None:
        if self._connection is not None and _has_word(self._connection):
            await self.close()
        if self._connection is None or self._connection.closed:
            async with asyncio.timeout_at(self._ends_at):
                self._connection = await primary.connect(application_name=self._name)
            await self._set_up(self._connection)
            # One for all statements: a new one learns the column types anew.
            self._cursor = self._connection.cursor()
            self._planned_at = time.monotonic()
        elif time.monotonic() - self._planned_at > REPLAN_EVERY:
            await self._connection.execute("DISCARD PLANS")
            await _look_at_clock(self._connection)
            self._planned_at = time.monotonic()

    async def _set_up(self, connection: psycopg.AsyncConnection[Any]) -> None:
        connection.adapters.register_loader("uuid", TextLoader)  # they only pass through
        lock_milliseconds = int(self._seconds * 1000 * LOCK_SHARE)
        try:
            await connection.execute(SETTINGS, [f"{self._seconds}s", f"{lock_milliseconds}ms"])
            await connection.execute(END_PREDECESSORS, [self._name])
            await _look_at_clock(connection)
        except BaseException:
            await self.close()
            raise

    def _expire(self) -> None:
        """Ends the wait at once."""
        self._has_expired = True
        if self._connection is not None:
            self._connection.cut()


def _has_word(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server says something unasked: its last words, as a rule."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _look_at_clock(connection: psycopg.AsyncConnection[Any]) -> None:
    asked_at = time.monotonic()
    cursor = await connection.execute(LOOK_AT_CLOCK)
    for (seconds,) in await cursor.fetchall():
        clock.learn(seconds, time.monotonic() - asked_at)
