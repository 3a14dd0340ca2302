"""The lane of calls, and how processes take turns at a tenant whose calls they decide at once.

A decision that another process overtook is made again. Where two are busy with one tenant, most
would be in vain, and some calls would not be decided in time. Whoever waits for a turn is served in
the order of coming. A turn is a courtesy: the meters' version alone says whether a call is written.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from psycopg.errors import LockNotAvailable

from hooks.database import DatabaseAway
from hooks.lane import Lane
from hooks.methods import CALLS, TURNS
from hooks.statements.reading import READ_CALL
from hooks.statements.turns import END_TURNS, TAKE_TURNS
from hooks.waiting import Surroundings, Waiting

BUSY_FOR = 0.5  # seconds since this process was last overtaken at that tenant


class CallsLane(Lane):
    def __init__(self, shared: Surroundings) -> None:
        super().__init__(CALLS, READ_CALL, shared)
        self.turns = Turns(shared)

    def _is_decided_elsewhere(self, waiting: Waiting) -> bool:
        return self.turns.is_busy(waiting.tenant_id)

    def _decide_again(self, batch: Sequence[Waiting]) -> None:
        overtaken = [waiting for waiting in batch if waiting.was_overtaken]
        self.turns.take_over(overtaken)
        super()._decide_again([waiting for waiting in batch if not waiting.was_overtaken])


class Turns(Lane):
    """The calls of busy tenants."""

    def __init__(self, shared: Surroundings) -> None:
        super().__init__(TURNS, READ_CALL, shared)
        self._busy_until: dict[int, float] = {}

    def is_busy(self, tenant_id: int | None) -> bool:
        if tenant_id not in self._busy_until:
            return False
        if asyncio.get_running_loop().time() < self._busy_until[tenant_id]:
            return True
        del self._busy_until[tenant_id]
        return False

    def take_over(self, batch: Sequence[Waiting]) -> None:
        until = asyncio.get_running_loop().time() + BUSY_FOR
        for waiting in batch:
            if waiting.outcome is not None and waiting.tenant_id is not None:
                self._busy_until[waiting.tenant_id] = until
        self._decide_again(batch)

    async def _settle(self, batch: list[Waiting]) -> list[Waiting]:
        tenants = sorted({waiting.tenant_id for waiting in batch if waiting.tenant_id is not None})
        with contextlib.suppress(LockNotAvailable):
            await self._connection.execute(TAKE_TURNS, [tenants])
        try:
            return await super()._settle(batch)
        finally:
            if self._connection.is_open:  # otherwise they ended with it
                with contextlib.suppress(
                    DatabaseAway
                ):  # it is closed then, and what was done is done
                    await self._connection.execute(END_TURNS, [])
