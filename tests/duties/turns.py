"""One turn of a duty, as the worker takes it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hooks.duties.repeating import connect


def take_turn(do: Any) -> str:
    async def turn() -> str:
        async with await connect() as connection:
            return str(await do(connection))

    # In a thread of its own: a test that drives a browser has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, turn()).result()
