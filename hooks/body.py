"""The body of a hook, read from the socket within bounds."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hooks.payloads import MAX_BYTES

# A body of 256 KiB in pieces of 64 bytes. The server hands each piece on, however small it is.
MAX_PIECES = 4_096
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class TooLarge(Exception):
    """The body has too many bytes, or comes in too many pieces."""


async def read_body(receive: Receive, headers: dict[bytes, bytes]) -> bytes:
    """Raises TooLarge without reading on; ConnectionResetError when the rest does not come."""
    with contextlib.suppress(ValueError):
        if int(headers.get(b"content-length", b"0")) > MAX_BYTES:
            raise TooLarge

    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionResetError
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > MAX_BYTES or len(pieces) > MAX_PIECES:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join(pieces)
