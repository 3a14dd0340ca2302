"""Raw bytes to a port, and the answers that came back until the other side closed."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass

HOST = "127.0.0.1"
PATIENCE = 30.0  # seconds, after which a connection counts as unanswered
# It follows each form on the same connection. Where the form's end was understood, it is answered
# as the request that it is, and the connection closes.
PROBE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


class Unanswered(AssertionError):
    """The connection stayed open, and no more came."""


@dataclass(frozen=True)
class Answers:
    """`statuses` of the answers in their order; `rest`: what is no whole answer."""

    statuses: tuple[int, ...]
    rest: bytes


async def exchange(
    port: int, sent: bytes, context: ssl.SSLContext | None = None, patience: float = PATIENCE
) -> bytes:
    """All that comes back. Raises Unanswered."""
    name = "localhost" if context else None
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context, server_hostname=name)
    received = bytearray()
    try:
        async with asyncio.timeout(patience):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                writer.write(sent)
                while piece := await reader.read(65_536):
                    received += piece
    except TimeoutError:
        raise Unanswered(bytes(sent[:200]), bytes(received[:200])) from None
    finally:
        writer.transport.abort()
    return bytes(received)


def read_answers(received: bytes) -> Answers:
    """Interim answers (100) are left out."""
    statuses: list[int] = []
    while (answer := _first_answer(received)) is not None:
        status, received = answer
        if status >= 200:
            statuses.append(status)
    return Answers(tuple(statuses), received)


def _first_answer(received: bytes) -> tuple[int, bytes] | None:
    head, end, rest = received.partition(b"\r\n\r\n")
    if not end or not head.startswith(b"HTTP/1."):
        return None

    status = int(head[9:12])
    if status < 200:
        return status, rest

    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    named = {name.lower(): value.strip() for name, _, value in lines}
    if named.get(b"transfer-encoding") == b"chunked":
        return _after_chunks(status, rest)
    length = int(named.get(b"content-length", len(rest)))
    return (status, rest[length:]) if len(rest) >= length else None


def _after_chunks(status: int, rest: bytes) -> tuple[int, bytes] | None:
    while True:
        size, end, rest = rest.partition(b"\r\n")
        if not end:
            return None
        rest = rest[int(size, 16) + 2 :]
        if not int(size, 16):
            return status, rest
