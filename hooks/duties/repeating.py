"""A duty's turns: each with a connection, a deadline, and a longer pause after each failure."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from hooks import primary
from hooks.database import DatabaseAway, explain, noticing_absence
from hooks.statements.reading import SETTINGS

log = logging.getLogger("hooks")
Connection = psycopg.AsyncConnection[Any]
ANSWER_WITHIN = 30.0  # seconds, for one turn of a duty
LONGEST_PAUSE = 30.0  # seconds between two turns that fail
JITTER = 0.1  # of each pause, so that several workers do not keep step


class Partly(str):
    """What a duty did, though a WCS kept it from doing all: no fault, and no longer pause."""

    __slots__ = ()


@dataclass(slots=True)
class Duty:
    name: str
    every: float  # seconds; a turn that gives False wants the next one sooner
    do: Callable[[Connection], Awaitable[object]]
    is_woken: bool = False  # by news of the gateways, beside its own time
    news: asyncio.Event = field(default_factory=asyncio.Event)  # set: the next turn comes at once


@dataclass(slots=True)
class Turns:
    """One duty, for as long as the process lives."""

    duty: Duty
    result: str = "not yet"
    fell_short: bool = False  # in the last turn that did not fail
    done_at: float = field(default_factory=time.monotonic)  # of the last turn that did not fail
    _connection: Connection | None = None

    async def run(self) -> None:
        """Works until it is cancelled; no fault ends it."""
        pause = 0.0
        try:
            while True:
                await self._wait(pause * (1 + random.uniform(-JITTER, JITTER)))  # noqa: S311
                did_well = await self.take_turn()
                pause = self.duty.every if did_well else min(2 * pause + 1, LONGEST_PAUSE)
        finally:
            await self._disconnect()

    async def take_turn(self) -> bool:
        """Whether it did not fail."""
        try:
            result = await self._do()
        except DatabaseAway as away:
            log.info("%s waits for the database: %s", self.duty.name, explain(away))
            self.result = f"waits for the database: {away}"
        except Exception as error:  # it must go on; the log says what to mend
            log.exception("fault in %s", self.duty.name)
            self.result = f"fault: {type(error).__name__}"
        else:
            self.result, self.done_at = str(result or "nothing to do"), time.monotonic()
            self.fell_short = isinstance(result, Partly)
            return True
        await self._disconnect()
        return False

    async def _do(self) -> object:
        with noticing_absence():
            async with asyncio.timeout(ANSWER_WITHIN):
                if self._connection is None or self._connection.closed:
                    self._connection = await connect()
                return await self.duty.do(self._connection)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.duty.news.wait()
        self.duty.news.clear()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()


async def connect() -> Connection:
    """With the settings of the hooks' own connections, and patience. Not in a transaction."""
    connection = await primary.connect()
    await connection.execute(SETTINGS, [f"{ANSWER_WITHIN}s", f"{ANSWER_WITHIN}s"])
    return connection
