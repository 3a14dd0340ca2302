"""One turn of a duty, as the worker takes it."""

from __future__ import annotations

import asyncio
from typing import Any

from hooks.duties.repeating import connect


def take_turn(do: Any) -> str:
    async def turn() -> str:
        async with await connect() as connection:
            return str(await do(connection))

    return asyncio.run(turn())
