"""The duties of a gateway's process, each on its own, for as long as the process lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg

from hooks.database import DatabaseAway, noticing_absence, parameters
from hooks.duties.adding_up import add_up
from hooks.duties.reaping import end_lost_calls, end_lost_sessions
from hooks.duties.replaying import replay
from hooks.lanes import Lanes
from hooks.statements.reading import SETTINGS

log = logging.getLogger("hooks")
KEEP_HOUSE_EVERY = 5.0  # seconds
ADD_UP_EVERY = 60.0  # seconds
ANSWER_WITHIN = 30.0  # seconds, for one turn of a duty at the database


class Duties:
    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        for duty in (
            self._end_lost_sessions,
            self._end_lost_calls,
            self._record_kept,
            self._add_up,
        ):
            self._tasks.append(asyncio.create_task(_repeat(duty)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end_lost_sessions(self) -> float:
        async with _connected() as connection:
            await end_lost_sessions(connection)
        return KEEP_HOUSE_EVERY

    async def _end_lost_calls(self) -> float:
        async with _connected() as connection:
            await end_lost_calls(connection)
        return KEEP_HOUSE_EVERY

    async def _record_kept(self) -> float:
        await replay(self._lanes)
        return KEEP_HOUSE_EVERY

    async def _add_up(self) -> float:
        """For the charts; after an upgrade it is behind, and catches up piece by piece."""
        async with _connected() as connection:
            has_caught_up = await add_up(connection, datetime.now(UTC))
        return ADD_UP_EVERY if has_caught_up else KEEP_HOUSE_EVERY


async def _repeat(duty: Callable[[], Awaitable[float]]) -> None:
    """`duty` says after how many seconds it wants its next turn."""
    pause = KEEP_HOUSE_EVERY
    while True:
        await asyncio.sleep(pause)
        try:
            pause = await duty()
        except DatabaseAway as away:
            log.info("%s waits for the database: %s", duty.__name__.strip("_"), away)
            pause = KEEP_HOUSE_EVERY
        except Exception:  # it must go on; the log says what to mend
            log.exception("fault in %s", duty.__name__)
            pause = KEEP_HOUSE_EVERY


@asynccontextmanager
async def _connected() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection with the settings of the hooks' own. Raises DatabaseAway."""
    with noticing_absence():
        async with asyncio.timeout(ANSWER_WITHIN):
            connection = await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)
            async with connection:
                await connection.execute(SETTINGS, [f"{ANSWER_WITHIN}s", f"{ANSWER_WITHIN}s"])
                yield connection
