"""The body of a hook, read from the socket within bounds."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

from hooks.payloads import MAX_BYTES

# A body of 256 KiB in pieces of 64 bytes. The server hands each piece on, however small it is.
MAX_PIECES = 4_096
SMALL = 16 * 1024  # bytes, which each body may have
STRANGERS_TOGETHER = 16 * 1024**2  # bytes of all larger ones under keys that nobody knows
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Take = Callable[[int], None]


class TooLarge(Exception):
    """The body has too many bytes, or comes in too many pieces."""


class NoRoom(Exception):
    """Other large bodies of strangers take up all the room that they have."""


class StrangersRoom:
    """What strangers send slowly would otherwise fill the memory, 256 KiB on each connection."""

    def __init__(self) -> None:
        self._held = 0  # bytes

    @contextlib.contextmanager
    def hold(self) -> Iterator[Take]:
        """For one body: gives what is told its size as it grows, and raises NoRoom."""
        share = 0

        def take(size: int) -> None:
            nonlocal share
            more = size - share if size > SMALL else 0
            if self._held + more > STRANGERS_TOGETHER:
                raise NoRoom
            share += more
            self._held += more

        try:
            yield take
        finally:
            self._held -= share


async def read_body(
    receive: Receive, headers: dict[bytes, bytes], take: Take | None = None
) -> bytes:
    """Raises TooLarge without reading on; ConnectionResetError when the rest does not come.

    Of a body that a stranger sends, `take` is told how large it is by now.
    """
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
        if take:
            take(size)
        if not message.get("more_body"):
            return b"".join(pieces)
