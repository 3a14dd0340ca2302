"""What a load balancer asks: does the process live, and does it reach the database?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

import psycopg

from clickhook import identity
from clickhook.door.application import Scope, Send, answer
from hooks.connection import HookConnection
from hooks.database import DatabaseAway

LOOK_EVERY = 1.0  # seconds
LOOK_WITHIN = 1.0  # seconds
AWAY = "the database is away\n"
PATHS = ("/healthz", "/readyz")
DOCTOR, FORWARDED = identity.HEADER.encode(), b"x-forwarded-for"


class Health:
    """Looks at the database once a second, however many ask. No host name is refused here."""

    def __init__(self) -> None:
        self._connection = HookConnection()
        self._problem = AWAY
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._look()
        self._looking = asyncio.create_task(self._keep_looking())

    async def stop(self) -> None:
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._connection.close()

    async def answer(self, scope: Scope, send: Send) -> None:
        problem = self._problem if scope["path"] == "/readyz" else ""
        status = HTTPStatus.SERVICE_UNAVAILABLE if problem else HTTPStatus.OK
        headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-store")]
        text = problem or _answer_doctor(scope["headers"]) or "ok\n"
        await answer(send, status, text.encode(), headers)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look()

    async def _look(self) -> None:
        """Twice where a connection broke: the server may only have restarted meanwhile."""
        was_open = self._connection.is_open
        problem = await self._ask()
        self._problem = await self._ask() if problem and was_open else problem

    async def _ask(self) -> str:
        try:
            with self._connection.within(LOOK_WITHIN):
                await self._connection.execute("SELECT 1", [])
        except (DatabaseAway, psycopg.Error):
            return AWAY
        return ""


def _answer_doctor(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Empty for everybody else."""
    given = list(headers)
    question = next((value for name, value in given if name == DOCTOR), b"")
    proxies = sum(value.count(b",") + 1 for name, value in given if name == FORWARDED)
    return identity.answer(question.decode("latin-1"), proxies) if question else ""
