"""A bound on the requests that are worked on at once; a few more wait, fairly between addresses."""

from __future__ import annotations

import asyncio
from collections import deque


class Busy(Exception):
    """The request has no room: too many are worked on, and too many wait."""


class Slots:
    """Addresses take turns, so one that sends many requests holds up mostly its own."""

    def __init__(self, at_once: int, at_most_waiting: int, wait_seconds: float) -> None:
        self._free = at_once
        self._at_most_waiting, self._wait_seconds = at_most_waiting, wait_seconds
        # By address; whose turn is next comes first. An address is there while it waits.
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    async def take(self, address: str) -> None:
        """Raises Busy."""
        if self._free:
            self._free -= 1
            return
        if self._waiting >= self._at_most_waiting and not self._displace_for(address):
            raise Busy
        await self._wait(address)

    def give_back(self) -> None:
        while self._queues:
            turn = self._take_next()
            if not turn.done():  # done: its wait has just ended
                return turn.set_result(None)
        self._free += 1
        return None

    def _take_next(self) -> asyncio.Future[None]:
        """Its address goes to the end, behind all others that wait."""
        address = next(iter(self._queues))
        queue = self._queues.pop(address)
        turn = queue.popleft()
        if queue:
            self._queues[address] = queue
        return turn

    @property
    def _waiting(self) -> int:
        return sum(map(len, self._queues.values()))

    async def _wait(self, address: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queues.setdefault(address, deque()).append(turn)
        try:
            async with asyncio.timeout(self._wait_seconds):
                await turn
        except (TimeoutError, asyncio.CancelledError) as error:
            self._leave(address, turn)
            if isinstance(error, TimeoutError):
                raise Busy from None
            raise

    def _leave(self, address: str, turn: asyncio.Future[None]) -> None:
        queue = self._queues.get(address, ())
        if turn in queue:
            self._remove(address, turn)
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self.give_back()  # its turn came in the same moment

    def _displace_for(self, address: str) -> bool:
        """Refuses the latest request of the address that has the most, unless that is this one."""
        crowd = max(self._queues, key=lambda name: len(self._queues[name]))
        if len(self._queues[crowd]) <= len(self._queues.get(address, ())) + 1:
            return False
        latest = self._queues[crowd][-1]
        self._remove(crowd, latest)
        if not latest.done():
            latest.set_exception(Busy())
        return True

    def _remove(self, address: str, turn: asyncio.Future[None]) -> None:
        self._queues[address].remove(turn)
        if not self._queues[address]:
            del self._queues[address]
