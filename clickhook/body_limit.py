"""Refuses a request that is too large before Django writes all of it to a temporary file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from hooks.body import Receive
from hooks.gateway import Scope, Send
from tenants.models.upload import MAX_BYTES

LARGEST = MAX_BYTES + 1024 * 1024  # with the rest of the form
SENTENCE = (
    f"This is too large: at most {MAX_BYTES // 1024**2} MiB are taken. "
    "Go back, and split the file.\n"
).encode()
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class _Counted:
    """Ends a body that gets too long, also where no header said how long it would be."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._bytes = receive, 0

    @property
    def is_too_large(self) -> bool:
        return self._bytes > LARGEST

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


async def bounded(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or int(length) > LARGEST:
        return await _refuse(send)
    counted = _Counted(receive)
    await app(dict(scope), counted, send)
    if counted.is_too_large:
        await _refuse(send)
    return None


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(SENTENCE)),
    ]
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": SENTENCE})
