"""A bound on the requests that are worked on at once; a few more wait for a few seconds."""

from __future__ import annotations

import asyncio


class Busy(Exception):
    """The request has no room: too many are worked on, and too many wait."""


class Slots:
    def __init__(self, at_once: int, at_most_waiting: int, wait_seconds: float) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._at_most_waiting, self._wait_seconds = at_most_waiting, wait_seconds
        self._waiting = 0

    async def take(self) -> None:
        """Raises Busy."""
        if self._waiting >= self._at_most_waiting:
            raise Busy
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise Busy from None
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        self._free.release()
