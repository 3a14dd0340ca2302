"""The door: an ASGI application for /hooks/, on the event loop, without Django's handler."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http import HTTPStatus
from typing import Any

import orjson

from hooks.body import Receive, TooLarge, read_body
from hooks.lanes import Lanes
from hooks.methods import find
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
        self._lanes = lanes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            return await _refuse(send, HTTPStatus.NOT_FOUND)
        if scope["method"] != "POST":
            return await _refuse(send, HTTPStatus.METHOD_NOT_ALLOWED, (b"allow", b"POST"))

        headers = dict(scope["headers"])
        try:
            body = await read_body(receive, headers)
            request = HookRequest(match["key"], find(match["method"]), headers, body)
            del body  # the request drops it where a stranger has to wait
        except TooLarge:
            await strangers_turn()
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return await _refuse(send, status, (b"connection", b"close"))
        except ConnectionResetError:
            return None  # they left in the middle of a word

        try:
            response = (await HookView(lanes=self._lanes).dispatch(request)).render()
        except Exception:  # whatever it is, WCS learns that it may not go on
            log.exception("fault in a hook", extra={"hook_id": request.id})
            count_answer(request, Reason.GATEWAY_FAULT)
            status = Reason.GATEWAY_FAULT.status
            content = orjson.dumps(refusal(status, request.wcs_method.about))
            return await _send(send, status, content)
        return await _send(send, response.status_code, response.content)


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
