"""Refuses a request that is too large before Django writes all of it to a temporary file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

from clickhook.api.problems import MEDIA_TYPE, Kind, Problem, is_api, problem_bytes
from hooks.body import Receive
from hooks.gateway import Scope, Send
from tenants.models.upload import MAX_BYTES

LARGEST = MAX_BYTES + 1024 * 1024  # with the rest of the form
# Of the API, which takes files at one address alone.
LARGEST_REQUEST = 1024 * 1024
FILES = "/api/v1/imports"
SENTENCE = (
    f"This is too large: at most {MAX_BYTES // 1024**2} MiB are taken. "
    "Go back, and split the file.\n"
).encode()
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


class _Counted:
    """Ends a body that gets too long, also where no header said how long it would be."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self._largest, self._bytes = receive, largest, 0

    @property
    def is_too_large(self) -> bool:
        return self._bytes > self._largest

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        self._bytes += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


async def bounded(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    largest = largest_of(scope["path"])
    if not length.isdigit() or int(length) > largest:
        return await _refuse(scope["path"], send)
    counted = _Counted(receive, largest)
    await app(dict(scope), counted, send)
    if counted.is_too_large:
        await _refuse(scope["path"], send)
    return None


def largest_of(path: str) -> int:
    return LARGEST_REQUEST if is_api(path) and path != FILES else LARGEST


async def _refuse(path: str, send: Send) -> None:
    body, media_type = SENTENCE, b"text/plain; charset=utf-8"
    if is_api(path):
        detail = f"At most {largest_of(path):,} bytes are taken here."
        body, media_type = problem_bytes(Problem(Kind.TOO_LARGE, detail)), MEDIA_TYPE.encode()
    headers = [(b"content-type", media_type), (b"content-length", b"%d" % len(body))]
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": body})
