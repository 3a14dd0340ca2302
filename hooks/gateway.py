"""The door: an ASGI application for /hooks/, on the event loop, without Django's handler."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import orjson

from hooks.body import NoRoom, Receive, StrangersRoom, Take, TooLarge, read_body
from hooks.lanes import Lanes
from hooks.methods import find
from hooks.metrics import count_hook
from hooks.reasons import Reason
from hooks.reasons.neutral import refusal
from hooks.request import HookRequest
from hooks.views import HookView, count_answer, strangers_turn
from tenants.secrets.fields import key_ring

log = logging.getLogger("hooks")
Scope = MutableMapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

# WCS joins its application's URL and the method; whether it doubles a slash is unknown, so it may.
_PATH = re.compile(
    r"/+hooks/+(?P<key>[A-Za-z0-9_-]{1,64})/+(?P<method>[A-Za-z][A-Za-z0-9]{0,63})/*"
)


class Gateway:
    def __init__(self, lanes: Lanes) -> None:
        """Raises KeyRingError: better no gateway than one that finds out at the first hook."""
        key_ring()
        self._lanes, self._room = lanes, StrangersRoom()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            await strangers_turn()
            return await _refuse(send, HTTPStatus.NOT_FOUND)
        if scope["method"] != "POST":
            await strangers_turn()
            return await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"POST"))

        is_known = self._lanes.known.get(match["key"]) is not None
        with self._room.hold() as take:
            try:
                request = await _read(scope, match, receive, None if is_known else take)
            except ConnectionResetError:
                return None  # they left in the middle of a word
            if isinstance(request, HTTPStatus):
                await strangers_turn()
                return await _refuse(send, request, (b"connection", b"close"))
            return await self._answer(request, send)

    async def _answer(self, request: HookRequest, send: Send) -> None:
        try:
            response = (await HookView(lanes=self._lanes).dispatch(request)).render()
        except Exception:  # whatever it is, WCS learns that it may not go on
            log.exception("fault in a hook", extra={"hook_id": request.id})
            count_answer(request, Reason.GATEWAY_FAULT)
            status = Reason.GATEWAY_FAULT.status
            content = orjson.dumps(refusal(status, request.wcs_method.about))
            return await _send(send, status, content)
        return await _send(send, response.status_code, response.content)


async def _read(
    scope: Scope, match: re.Match[str], receive: Receive, take: Take | None
) -> HookRequest | HTTPStatus:
    """Or why it is refused. Nothing of its body is kept then, while the stranger waits."""
    headers, method = dict(scope["headers"]), find(match["method"])
    try:
        body = await read_body(receive, headers, take)
    except TooLarge:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    except NoRoom:
        count_hook(method, None, Reason.OVERLOADED, 0.0)
        return Reason.OVERLOADED.status
    return HookRequest(match["key"], method, headers, body)


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
