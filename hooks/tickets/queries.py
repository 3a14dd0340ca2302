"""One connection to the database, on which statements take turns; too many do not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from hooks.connection import HookConnection

MOST_WAITING = 64


class Busy(Exception):
    """Too many statements wait already."""


class Queries:
    def __init__(self, deadline: float) -> None:
        """`deadline` is in seconds, for one statement."""
        self._deadline = deadline
        self._connection, self._turn, self._waiting = HookConnection(), asyncio.Lock(), 0

    async def ask(self, statement: str, values: Sequence[Any]) -> list[Any]:
        """Raises Busy and DatabaseAway."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            async with self._turn:
                with self._connection.within(self._deadline):
                    return await self._connection.execute(statement, values)
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        await self._connection.close()
