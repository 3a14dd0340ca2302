"""Whoever waits in a lane is refused in time, whatever the batch before them waits for."""

from __future__ import annotations

import asyncio
import contextlib

from hooks.connection import HookConnection
from hooks.lane import Lane
from hooks.outcome import Answer
from hooks.reasons import Reason
from hooks.waiting import Surroundings
from hooks.without_database import Outage
from tests.hooks.pure.pieces import make_hook

DEADLINE = 0.1  # seconds
LONG = 5.0  # seconds


class Stuck(HookConnection):
    """A batch that takes as long as it likes: its own deadline does not end it."""

    async def execute(self, statement, values):
        await asyncio.Event().wait()


class Disk:
    def keep(self, hooks) -> None: ...

    def keep_refused(self, ids) -> None: ...


def test_a_hook_behind_a_batch_that_is_stuck_is_refused_in_its_own_time():
    async def wait_behind() -> Answer:
        lane = Lane("calls", "", Surroundings(DEADLINE, None, Outage(Disk()), None, None))
        lane._connection = Stuck()
        running = asyncio.create_task(lane.run())
        first = asyncio.create_task(lane.answer(make_hook("call")))
        await asyncio.sleep(DEADLINE / 2)  # the first is in its batch
        try:
            async with asyncio.timeout(LONG):
                answer = await lane.answer(make_hook("call"))
                assert (await first).reason is Reason.DATABASE_AWAY
                return answer
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    assert asyncio.run(wait_behind()).reason is Reason.DATABASE_AWAY
