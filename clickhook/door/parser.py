"""gunicorn's HTTP parser, with a bound on what one head and one body may cost to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gunicorn.asgi import protocol  # type: ignore[import-untyped]
from gunicorn.asgi.parser import (  # type: ignore[import-untyped]
    InvalidChunkSize,
    LimitRequestHeaders,
    PythonProtocol,
)

# Each byte of a head costs 30 nanoseconds, and all of it is read at once. Browsers send 2 KiB.
LARGEST_HEAD = 16 * 1024  # bytes of all names and values
# Each piece of a body costs two microseconds. The first ones may be small, as the last one is;
# after that a packet has at least as much.
SMALL_PIECES = 64
PIECE = 512  # bytes


class BoundedParser(PythonProtocol):  # type: ignore[misc]  # gunicorn has no types
    __slots__ = ("_body_bytes", "_hand_on", "_head_bytes", "_pieces")

    def __init__(self, on_body: Callable[[bytes], None], **named: Any) -> None:
        self._hand_on = on_body
        self._head_bytes = self._body_bytes = self._pieces = 0
        super().__init__(on_header=self._count_field, on_body=self._count_piece, **named)

    def reset(self) -> None:
        self._head_bytes = self._body_bytes = self._pieces = 0
        super().reset()

    def forget_connection(self) -> None:
        """At its end: whatever is called here leads back to it."""
        super().__init__()
        del self._hand_on

    def _count_field(self, name: bytes, value: bytes) -> None:
        """Raises LimitRequestHeaders."""
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > LARGEST_HEAD:
            raise LimitRequestHeaders("Request header fields are too large together")

    def _count_piece(self, piece: bytes) -> None:
        """Raises InvalidChunkSize."""
        self._pieces += 1
        self._body_bytes += len(piece)
        if self.is_chunked and self._pieces > SMALL_PIECES + self._body_bytes // PIECE:
            raise InvalidChunkSize("The chunks are too small")
        self._hand_on(piece)


# gunicorn's protocol makes its parser by this name.
protocol.PythonProtocol = BoundedParser
