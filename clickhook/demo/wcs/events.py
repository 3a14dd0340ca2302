"""The events of one session: each is posted as its hook, and the browser gets its frame."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from clickhook.demo.wcs.tasks import Tasks

_SPREAD_SECONDS = 0.1  # by which hooks may overtake one another
_chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class SessionEvent:
    method: str
    fields: dict[str, Any] = field(repr=False)
    frame: str | None  # None: the browser is not told


# Posts it, and gives the fields that WCS goes on with.
Post = Callable[[SessionEvent], Awaitable[dict[str, Any]]]
Tell = Callable[[SessionEvent, dict[str, Any]], Awaitable[None]]


class Events:
    """In order, each hook waits for the answer to the one before.

    Out of order, the hooks go out at the same time, in any order, while the browser is told at once
    and in order.
    """

    def __init__(self, post: Post, tell: Tell, tasks: Tasks, out_of_order: bool) -> None:
        self._post, self._tell, self._tasks = post, tell, tasks
        self._deliver = self._deliver_out_of_order if out_of_order else self._deliver_in_order
        self._queue: asyncio.Queue[SessionEvent | None] = asyncio.Queue()
        tasks.spawn(self._work())

    def report(self, method: str, fields: dict[str, Any], frame: str | None = None) -> None:
        self._queue.put_nowait(SessionEvent(method, fields, frame))

    def end(self) -> None:
        """No event is reported after this."""
        self._queue.put_nowait(None)

    async def _work(self) -> None:
        while event := await self._queue.get():
            await self._deliver(event)

    async def _deliver_in_order(self, event: SessionEvent) -> None:
        await self._tell(event, await self._post(event))

    async def _deliver_out_of_order(self, event: SessionEvent) -> None:
        self._tasks.spawn(self._post_late(event))
        await self._tell(event, event.fields)

    async def _post_late(self, event: SessionEvent) -> None:
        await asyncio.sleep(_chance.uniform(0, _SPREAD_SECONDS))
        await self._post(event)
