"""One connection to PostgreSQL that answers within a deadline, or is dropped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from psycopg.types.string import TextLoader

from hooks.database import DatabaseAway, noticing_absence, parameters
from hooks.statements.reading import SETTINGS

# The tables grow, and a plan that was made for few rows would be slow for many.
REPLAN_EVERY = 10.0  # seconds


class HookConnection:
    def __init__(self) -> None:
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._planned_at = 0.0
        self._ends_at = 0.0
        self._has_expired = False

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
        except DatabaseAway:
            await self.close()
            raise

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()

    async def _make_ready(self) -> None:
        if self._connection is None or self._connection.closed:
            async with asyncio.timeout_at(self._ends_at):
                self._connection = await self._connect()
            # One for all statements: a new one learns the column types anew.
            self._cursor = self._connection.cursor()
            self._planned_at = time.monotonic()
        elif time.monotonic() - self._planned_at > REPLAN_EVERY:
            await self._connection.execute("DISCARD PLANS")
            self._planned_at = time.monotonic()

    async def _connect(self) -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)
        connection.adapters.register_loader("uuid", TextLoader)  # they only pass through
        await connection.execute(SETTINGS, [f"{self._seconds}s"])
        return connection

    def _expire(self) -> None:
        """Ends the wait at once.

        Cancelling it would not: psycopg then asks the server, which does not answer, to stop.
        """
        self._has_expired = True
        if self._connection is not None and not self._connection.closed:
            with socket.socket(fileno=os.dup(self._connection.fileno())) as connected:
                connected.shutdown(socket.SHUT_RDWR)
