"""The events of one session: each is posted as its hook, and the browser gets its frame."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from clickhook.demo.wcs.tasks import Tasks

_SPREAD = 0.1  # seconds by which hooks may overtake one another
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Happened:
    method: str
    fields: dict[str, Any] = field(repr=False)
    frame: str | None  # None: the browser is not told


# Posts it, and says what of it the browser may be told.
Post = Callable[[Happened], Awaitable[dict[str, Any]]]
Tell = Callable[[Happened, dict[str, Any]], Awaitable[None]]


class Events:
    """In order, each waiting for the answer to the one before; or out of order: the hooks go out at the same time, in any
    order, while the browser is told at once and in order."""

    def __init__(self, post: Post, tell: Tell, tasks: Tasks, out_of_order: bool) -> None:
        self._post, self._tell, self._tasks = post, tell, tasks
        self._deliver = self._beside if out_of_order else self._one_by_one
        self._queue: asyncio.Queue[Happened | None] = asyncio.Queue()
        tasks.spawn(self._work())

    def report(self, method: str, fields: dict[str, Any], frame: str | None = None) -> None:
        self._queue.put_nowait(Happened(method, fields, frame))

    def end(self) -> None:
        """After the last one."""
        self._queue.put_nowait(None)

    async def _work(self) -> None:
        while event := await self._queue.get():
            await self._deliver(event)

    async def _one_by_one(self, event: Happened) -> None:
        await self._tell(event, await self._post(event))

    async def _beside(self, event: Happened) -> None:
        self._tasks.spawn(self._late(event))
        await self._tell(event, event.fields)

    async def _late(self, event: Happened) -> None:
        await asyncio.sleep(_chance.uniform(0, _SPREAD))
        await self._post(event)
