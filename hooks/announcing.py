"""Tells other processes that something was recorded, a few times a second at most.

A transaction that notifies waits until every other one that does is on disk. The hooks' own
statements would no longer commit side by side, so this is a transaction of its own.
"""

from __future__ import annotations

import asyncio
import contextlib

import psycopg

from hooks import primary
from hooks.database import DatabaseAway, noticing_absence

CHANNEL = "clickhook_live"
EVERY = 0.2  # seconds
ANSWER_WITHIN = 5.0  # seconds
FORGETFUL = "SET synchronous_commit = off"  # news waits for no disk and for no standby


class Announcer:
    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._connection: psycopg.AsyncConnection | None = None

    def something_was_recorded(self) -> None:
        self._news.set()

    async def run(self) -> None:
        """Works until it is cancelled. What it cannot tell, listeners find out a little later."""
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    await self._tell()
                except DatabaseAway:
                    await self._disconnect()
                await asyncio.sleep(EVERY)
        finally:
            await self._disconnect()

    async def _tell(self) -> None:
        with noticing_absence():
            async with asyncio.timeout(ANSWER_WITHIN):
                if self._connection is None or self._connection.closed:
                    self._connection = await primary.connect()
                    await self._connection.execute(FORGETFUL)
                await self._connection.execute(f"NOTIFY {CHANNEL}")

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await connection.close()
