"""The door: an ASGI application for /hooks/, on the event loop, without Django's handler."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings

from hooks.announcing import Announcer
from hooks.body import Receive, TooLarge, read_body
from hooks.hook import Hook
from hooks.known_instances import KnownInstances
from hooks.lane import Lane, Surroundings
from hooks.methods import Kind, find
from hooks.outcome import Answer, Outcome
from hooks.reasons import Reason, refusal
from hooks.request import HookRequest
from hooks.spool import Spool
from hooks.statements.reading import READ_CALL, READ_CONNECT, READ_EVENT
from hooks.views import HookView
from hooks.without_database import Outage
from tenants.secrets.fields import key_ring

log = logging.getLogger("hooks")
Scope = MutableMapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# WCS joins its application's URL and the method; whether it doubles a slash is unknown, so it may.
_PATH = re.compile(
    r"/+hooks/+(?P<key>[A-Za-z0-9_-]{1,64})/+(?P<method>[A-Za-z][A-Za-z0-9]{0,63})/*"
)


class Gateway:
    """One for each process.

    Each kind of hook has a lane, so that no row lock of an event holds up a connect or a call.
    """

    def __init__(self) -> None:
        """Raises KeyRingError: better no gateway than one that finds out at the first hook."""
        key_ring()
        deadline = settings.CLICKHOOK_HOOK_DEADLINE
        self.spool = Spool(settings.CLICKHOOK_DATA_DIR / "spool", settings.CLICKHOOK_SPOOL_LIMIT)
        self.known = KnownInstances(deadline)
        self._announcer = Announcer()
        shared = Surroundings(
            deadline, self.known, Outage(self.spool), self._announcer.something_was_recorded
        )
        self._connects = Lane("connects", READ_CONNECT, shared)
        self._calls = Lane("calls", READ_CALL, shared)
        self._events = Lane("events", READ_EVENT, shared)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        for part in (self.known, self._connects, self._calls, self._events, self._announcer):
            self._tasks.append(asyncio.create_task(part.run()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for part in (self.known, self._connects, self._calls, self._events):
            await part.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            return await _refuse(send, HTTPStatus.NOT_FOUND)
        if scope["method"] != "POST":
            return await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"POST"))

        headers = dict(scope["headers"])
        try:
            body = await read_body(receive, headers)
        except TooLarge:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return await _refuse(send, status, (b"connection", b"close"))
        except ConnectionResetError:
            return None  # they left in the middle of a word

        request = HookRequest(match["key"], find(match["method"]), headers, body)
        try:
            response = (await HookView(gateway=self).dispatch(request)).render()
        except Exception:  # whatever it is, WCS learns that the call is refused
            log.exception("fault in a hook")
            return await _refuse(send, Reason.GATEWAY_FAULT.status)
        return await _send(send, response.status_code, response.content)

    async def answer(self, hook: Hook) -> Answer:
        if hook.method.kind is Kind.CONNECT:
            return await self._connects.answer(hook)
        lane = self._calls if hook.method.name == "call" else self._events
        return await lane.answer(hook)

    async def record(self, outcome: Outcome) -> None:
        """Of a hook that was refused at the door."""
        await self._events.record(outcome)


async def _refuse(send: Send, status: HTTPStatus, *headers: tuple[bytes, bytes]) -> None:
    await _send(send, status, orjson.dumps(refusal(status)), *headers)


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
