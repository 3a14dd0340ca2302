"""What strangers send as fast as they can, from several processes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections import Counter
from collections.abc import Awaitable, Callable

from tests.bench.hooks import KEY
from tests.faults.strangers.attacks import HOST, Target

BODY = b'{"nodeId": "n", "appKey": "defaultApp", "sessionId": "s", "custom": "%s"}' % (b"x" * 900)
MIB = b"x" * 2**20
CONNECTIONS = 32  # of each process
PATHS = ("/healthz", "/nothing", "/admin/", "/button.js", "/tickets/x", "/hooks/", "/hooks/x/call")
Requests = Callable[[], bytes]


def post(*headers: str, body: bytes = BODY, key: str = KEY, length: bool = True) -> bytes:
    lines = [
        f"POST /hooks/{key}/connect HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        *([f"Content-Length: {len(body)}"] if length else []),
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


UNSIGNED = post()
WRONG = "Authorization: WCS " + "0" * 32
ONE_BYTE_CHUNKS = post(
    "Transfer-Encoding: chunked", body=b"1\r\nx\r\n" * 4000 + b"0\r\n\r\n", length=False
)


async def post_unsigned(target: Target, outcome: Counter) -> None:
    await _flood(target, outcome, lambda: UNSIGNED)


async def post_wrongly_signed(target: Target, outcome: Counter) -> None:
    wrong = post(WRONG)
    await _flood(target, outcome, lambda: wrong)


async def post_under_invented_keys(target: Target, outcome: Counter) -> None:
    numbers = itertools.count()
    await _flood(target, outcome, lambda: post(WRONG, key=f"invented-{next(numbers)}"))


async def post_the_largest(target: Target, outcome: Counter) -> None:
    """As large as a hook may be, and wrongly signed, so that all of it is read and hashed."""
    largest = post(WRONG, body=MIB[: 256 * 1024])
    await _flood(target, outcome, lambda: largest, connections=8)


async def post_a_megabyte(target: Target, outcome: Counter) -> None:
    too_large = post(body=MIB)
    await _flood(target, outcome, lambda: too_large, connections=8)


async def post_a_megabyte_in_chunks(target: Target, outcome: Counter) -> None:
    chunk = b"%x\r\n%s\r\n" % (len(MIB), MIB)
    too_large = post("Transfer-Encoding: chunked", body=chunk + b"0\r\n\r\n", length=False)
    await _flood(target, outcome, lambda: too_large, connections=8)


async def post_chunks_of_one_byte(target: Target, outcome: Counter) -> None:
    await _flood(target, outcome, lambda: ONE_BYTE_CHUNKS, connections=8)


async def send_one_giant_header(target: Target, outcome: Counter) -> None:
    giant = post("X: " + "x" * 2**16)
    await _flood(target, outcome, lambda: giant)


async def send_1000_headers(target: Target, outcome: Counter) -> None:
    many = post(*(f"X{number}: x" for number in range(1000)))
    await _flood(target, outcome, lambda: many)


async def send_100_headers(target: Target, outcome: Counter) -> None:
    """As many, and as large together, as are read at all."""
    many = post(*(f"X{number}: {'x' * 8000}" for number in range(90)))
    await _flood(target, outcome, lambda: many, connections=8)


async def pipeline(target: Target, outcome: Counter) -> None:
    """Thousands on each connection, fifty at a time."""
    await _flood(target, outcome, lambda: UNSIGNED, at_a_time=50, connections=8)


async def ask_for_pages(target: Target, outcome: Counter) -> None:
    """Each again as soon as it is answered, on a connection that is kept."""
    asked = itertools.cycle(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() for path in PATHS
    )
    await _flood(target, outcome, lambda: next(asked), connections=100)


async def connect_and_close(target: Target, outcome: Counter) -> None:
    async def stranger() -> None:
        while True:
            with contextlib.suppress(OSError):
                _, writer = await target.open()
                writer.transport.abort()
                outcome["closed"] += 1

    await _together(stranger() for _ in range(CONNECTIONS))


async def send_slow_bodies(target: Target, outcome: Counter) -> None:
    head = post(body=b"", length=False).removesuffix(b"\r\n") + b"Content-Length: 5000\r\n\r\n"
    await _drip(target, outcome, head, connections=500)


async def read_slowly(target: Target, outcome: Counter) -> None:
    """They ask for 500 large answers, and read none."""
    asked = b"GET /button.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500

    async def stranger() -> None:
        while True:
            with contextlib.suppress(OSError):
                await _ask_and_wait(target, asked)
                outcome["left"] += 1

    await _together(stranger() for _ in range(100))


async def _ask_and_wait(target: Target, asked: bytes) -> None:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, (HOST, target.port))
    name = "localhost" if target.context else None
    _, writer = await asyncio.open_connection(
        sock=connection, ssl=target.context, server_hostname=name, limit=4096
    )
    try:
        writer.write(asked)
        await asyncio.sleep(5)
    finally:
        writer.transport.abort()


async def _drip(target: Target, outcome: Counter, head: bytes, connections: int) -> None:
    async def stranger(number: int) -> None:
        await asyncio.sleep(number / connections)
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await target.open()
                writer.write(head)
                with contextlib.suppress(OSError):
                    while not reader.at_eof() and not reader._buffer:
                        writer.write(b"x")
                        await asyncio.sleep(1)
                outcome[bytes(reader._buffer)[9:12].decode() or "closed"] += 1
                writer.transport.abort()

    await _together(stranger(number) for number in range(connections))


async def _flood(
    target: Target,
    outcome: Counter,
    requests: Requests,
    connections: int = CONNECTIONS,
    at_a_time: int = 1,
) -> None:
    async def stranger() -> None:
        while True:
            with contextlib.suppress(OSError):
                await _use_one_connection(target, outcome, requests, at_a_time)

    await _together(stranger() for _ in range(connections))


async def _use_one_connection(
    target: Target, outcome: Counter, requests: Requests, at_a_time: int
) -> None:
    reader, writer = await target.open()
    try:
        while True:
            writer.write(b"".join(requests() for _ in range(at_a_time)))
            answered = 0
            while answered < at_a_time:
                piece = await reader.read(65_536)
                if not piece:
                    outcome["closed"] += 1
                    return
                answered += piece.count(b"HTTP/1.1 ")
                if b"HTTP/1.1 " in piece:
                    outcome[piece.partition(b"HTTP/1.1 ")[2][:3].decode()] += 1
    finally:
        writer.transport.abort()


async def _together(strangers) -> None:
    async with asyncio.TaskGroup() as group:
        for stranger in strangers:
            group.create_task(stranger)


Attack = Callable[[Target, Counter], Awaitable[None]]
