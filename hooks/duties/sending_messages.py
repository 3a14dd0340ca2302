"""Hands messages for visitors' pages to WCS: a few hundred at a time for each instance.

A thread works for one instance, so none waits for another; after a kill, what was under way is
taken again when its lease is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from hooks.duties.in_a_thread import work_in_a_thread
from hooks.duties.repeating import Connection
from hooks.statements.messaging import NOTE, TAKE
from hooks.wcs.messages.attempt import Chunk, Handed, Noted, TakenRecipient, hand_over
from hooks.wcs.rest_api.access import open_rest_api

EVERY = 1.0  # seconds, while nothing is sent
PACE = 0.2  # seconds that a chunk takes at least: an instance tells at most 2,500 pages a second


class Messages:
    def __init__(self) -> None:
        self.news = asyncio.Event()  # an instance has got its chunk
        self._busy: set[UUID] = set()
        self._noted: list[Noted] = []
        self._takes_no_lists: set[UUID] = set()

    @property
    def is_busy(self) -> bool:
        return bool(self._busy or self._noted)

    async def take_turn(self, connection: Connection) -> str:
        noted = await self._note(connection)
        rows = await (await connection.execute(TAKE, {"busy": list(self._busy)})).fetchall()
        for chunk in _chunks(rows):
            self._start(chunk)
        return f"{len(rows)} pages are told, {noted} were" if rows or noted else ""

    async def _note(self, connection: Connection) -> int:
        """What could not be noted stays for the next turn."""
        noted = list(self._noted)
        if noted:
            values = {
                "ids": [one.id for one in noted],
                "states": [str(one.state) for one in noted],
                "results": [str(one.result) for one in noted],
            }
            await connection.execute(NOTE, values)
            del self._noted[: len(noted)]
        return len(noted)

    def _start(self, chunk: Chunk) -> None:
        self._busy.add(chunk.instance_id)
        takes_lists = chunk.instance_id not in self._takes_no_lists
        work_in_a_thread(
            partial(hand_over, chunk, takes_lists),
            partial(self._end, chunk.instance_id, time.monotonic()),
            f"sending to {chunk.instance_id}",
        )

    def _end(self, instance_id: UUID, begun: float, handed: Handed | None) -> None:
        if handed:
            self._noted += handed.noted
            if handed.refuses_lists:
                self._takes_no_lists.add(instance_id)
        pause = max(begun + PACE - time.monotonic(), 0.0)
        asyncio.get_running_loop().call_later(pause, self._free, instance_id)

    def _free(self, instance_id: UUID) -> None:
        self._busy.discard(instance_id)
        self.news.set()


def _chunks(rows: Sequence[Sequence[Any]]) -> Iterator[Chunk]:
    for instance_id, group in groupby(rows, itemgetter(0)):
        of_instance = list(group)
        _, url, user, password, *_ = of_instance[0]
        recipients = [TakenRecipient(*row[4:]) for row in of_instance]
        yield Chunk(instance_id, open_rest_api(instance_id, url, user, password), recipients)
