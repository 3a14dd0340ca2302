"""The door: an ASGI application for /hooks/, on the event loop, without Django's handler."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import psycopg
from django.conf import settings

from hooks import statements
from hooks.announcing import Announcer
from hooks.database import AWAY, parameters
from hooks.duties import adding_up as call_hours
from hooks.facts import Facts
from hooks.hook import Hook
from hooks.lane import Lane
from hooks.methods import Kind, find
from hooks.payloads import MAX_BYTES
from hooks.reasons import refusal
from hooks.spool import Spool
from tenants.secrets.fields import key_ring

log = logging.getLogger("hooks")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# WCS joins its application's URL and the method; whether it doubles a slash is unknown, so it may.
_PATH = re.compile(
    r"/+hooks/+(?P<key>[A-Za-z0-9_-]{1,64})/+(?P<method>[A-Za-z][A-Za-z0-9]{0,63})/*"
)
HOUSEKEEPING_EVERY = 5.0  # seconds
ADD_UP_EVERY = 60.0  # seconds


class TooLarge(Exception):
    """The body is over MAX_BYTES."""


class Gateway:
    """One for each process. Each kind of hook has a lane, so that no row lock of an event holds up a connect or a call."""

    def __init__(self) -> None:
        """Raises KeyRingError: better no gateway than one that finds out at the first hook."""
        key_ring()
        self._spool = Spool(settings.CLICKHOOK_DATA_DIR / "spool", settings.CLICKHOOK_SPOOL_LIMIT)
        self._announcer = Announcer(parameters())
        recorded = self._announcer.something_was_recorded
        remembered: dict[str, Facts] = {}
        self._connects, self._calls, self._events = (
            Lane(
                read,
                parameters(),
                settings.CLICKHOOK_HOOK_DEADLINE,
                self._spool,
                remembered,
                recorded,
            )
            for read in (statements.READ_CONNECT, statements.READ_CALL, statements.READ_EVENT)
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        lanes = (self._connects.run(), self._calls.run(), self._events.run())
        for work in (*lanes, self._announcer.run(), self._keep_house(), _add_up_hours()):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in (self._connects, self._calls, self._events):
            await lane.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            return await _refuse(send, HTTPStatus.NOT_FOUND)
        if scope["method"] != "POST":
            return await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"POST"))
        headers = dict(scope["headers"])
        try:
            body = await _read(receive, headers)
        except TooLarge:
            return await _refuse(
                send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, (b"connection", b"close")
            )
        except ConnectionResetError:
            return None  # whoever it was left in the middle of a word
        hook = Hook.arrive(match["key"], find(match["method"]), body, headers)
        status, content = await self.answer(hook)
        return await _send(send, status, content)

    async def answer(self, hook: Hook) -> tuple[int, bytes]:
        if hook.method.kind is Kind.CONNECT:
            return await self._connects.answer(hook)
        return await (self._calls if hook.method.name == "call" else self._events).answer(hook)

    async def _keep_house(self) -> None:
        """Closes what nobody ended, and records what was spooled."""
        while True:
            await asyncio.sleep(HOUSEKEEPING_EVERY)
            try:
                await reap()
                await self._replay()
            except AWAY as error:
                log.warning("housekeeping waits for the database: %s", type(error).__name__)
            except Exception:  # it must go on; the log says what to mend
                log.exception("fault in housekeeping")

    async def _replay(self) -> None:
        """In order. What is not recorded now stays in its file; what the lane spools anew is in another file already."""
        with self._spool.take() as batches:
            for hooks in batches:
                answers = await asyncio.gather(*(self.answer(hook) for hook in hooks))
                if any(status == HTTPStatus.SERVICE_UNAVAILABLE for status, _ in answers):
                    return
                log.info("recorded %d events that were spooled", len(hooks))


async def _add_up_hours() -> None:
    """For the charts; it is behind after an upgrade and catches up piece by piece."""
    finished = True
    while True:
        await asyncio.sleep(ADD_UP_EVERY if finished else HOUSEKEEPING_EVERY)
        try:
            async with await psycopg.AsyncConnection.connect(
                **parameters(), autocommit=True
            ) as connection:
                finished = await call_hours.add_up(connection, datetime.now(UTC))
        except AWAY as error:
            log.warning("adding up waits for the database: %s", type(error).__name__)
        except Exception:  # as above
            log.exception("fault in adding up")


async def reap() -> None:
    leases = {
        "session": settings.CLICKHOOK_SESSION_LEASE,
        "call": settings.CLICKHOOK_CALL_LEASE,
        "ring": settings.CLICKHOOK_RING_LEASE,
    }
    async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as connection:
        cursor = await connection.execute(statements.REAP, leases)
        sessions, calls = await cursor.fetchone() or (0, 0)
    if sessions or calls:
        log.warning("closed %d sessions and %d calls that nobody ended", sessions, calls)


async def _read(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Raises TooLarge without reading the rest, and ConnectionResetError when the rest does not come."""
    with contextlib.suppress(ValueError):
        if int(headers.get(b"content-length", b"0")) > MAX_BYTES:
            raise TooLarge
    body: bytes = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        if len(body) > MAX_BYTES:
            raise TooLarge
        if not message.get("more_body"):
            return body


async def _refuse(send: Send, status: HTTPStatus, *headers: tuple[bytes, bytes]) -> None:
    await _send(send, status, json.dumps(refusal(status)).encode(), *headers)


async def _send(send: Send, status: int, content: bytes, *headers: tuple[bytes, bytes]) -> None:
    always = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(content)),
        (b"cache-control", b"no-store"),
    ]
    await send(
        {"type": "http.response.start", "status": int(status), "headers": [*always, *headers]}
    )
    await send({"type": "http.response.body", "body": content})
