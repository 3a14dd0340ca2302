"""What a load balancer asks: does the process live, and is it ready for hooks?"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus

import orjson
import psycopg
from psycopg.errors import InsufficientPrivilege, UndefinedColumn, UndefinedTable

from clickhook import identity
from clickhook.door.application import Scope, Send, answer
from clickhook.health.database import LOOK, Clocks, Seen, list_migrations
from clickhook.health.disk import Disk
from clickhook.health.state import AWAY, State, judge
from hooks.connection import HookConnection
from hooks.database import DatabaseAway
from hooks.spool import Spool

LOOK_EVERY = 1.0  # seconds
LOOK_WITHIN = 1.0  # seconds
OTHER_TABLES = "its tables are not those of this version; run manage.py migrate"
PATHS = ("/healthz", "/readyz")


class Health:
    """Looks once a second, however many ask. No host name is refused here."""

    def __init__(self) -> None:
        self.state = State()
        self._connection = HookConnection()
        self._migrations = list_migrations()
        self._looking: asyncio.Task[None] | None = None

    async def start(self, spool: Spool) -> None:
        disk = Disk(spool)
        await self._look(disk)
        self._looking = asyncio.create_task(self._keep_looking(disk))

    async def stop(self) -> None:
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._connection.close()

    async def answer(self, scope: Scope, send: Send) -> None:
        if scope["path"] == "/healthz":
            text = identity.answer_doctor(scope["headers"]) or "ok\n"
            return await answer(send, HTTPStatus.OK, text.encode(), _headers(b"text/plain"))

        status = HTTPStatus.OK if self.state.is_ready else HTTPStatus.SERVICE_UNAVAILABLE
        body = orjson.dumps(self.state.as_json(), option=orjson.OPT_APPEND_NEWLINE)
        return await answer(send, status, body, _headers(b"application/json"))

    async def _keep_looking(self, disk: Disk) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await self._look(disk)

    async def _look(self, disk: Disk) -> None:
        self.state = judge(await self._ask(), await disk.look())

    async def _ask(self) -> Seen | str:
        """What is seen, or why nothing is."""
        try:
            with self._connection.within(LOOK_WITHIN):
                began_at = time.time()
                [row] = await self._connection.execute(LOOK, [self._migrations])
        except (UndefinedColumn, InsufficientPrivilege):
            return OTHER_TABLES
        except DatabaseAway as away:
            return OTHER_TABLES if isinstance(away.__cause__, UndefinedTable) else AWAY
        except psycopg.Error:
            return AWAY
        clock, missing, secrets = row
        return Seen(Clocks(began_at, float(clock), time.time()), missing, secrets)


def _headers(content_type: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"content-type", content_type), (b"cache-control", b"no-store")]
