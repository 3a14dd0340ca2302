"""What strangers do to a gateway, each kind from a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import re
import socket
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

HOST = "127.0.0.1"
Attack = Callable[[int, Counter], Awaitable[None]]


@contextlib.contextmanager
def attacking(attack: Attack | None, port: int) -> Iterator[Counter]:
    """The counter holds what the strangers were answered, once they have stopped."""
    outcome: Counter = Counter()
    if attack is None:
        yield outcome
        return
    context = multiprocessing.get_context("fork")
    answers, stop = context.SimpleQueue(), context.Event()
    process = context.Process(target=_run, args=(attack, port, answers, stop))
    process.start()
    try:
        yield outcome
    finally:
        stop.set()
        outcome.update(answers.get())
        process.join()


def _run(attack: Attack, port: int, answers, stop) -> None:
    os.nice(10)  # real strangers use the processors of another machine
    outcome: Counter = Counter()

    async def run() -> None:
        attacker = asyncio.create_task(attack(port, outcome))
        await asyncio.to_thread(stop.wait)
        attacker.cancel()
        await asyncio.gather(attacker, return_exceptions=True)

    asyncio.run(run())
    answers.put(outcome)


async def hold_idle(port: int, outcome: Counter) -> None:
    await _repeat(2200, port, outcome, b"")


async def send_slow_heads(port: int, outcome: Counter) -> None:
    await _repeat(500, port, outcome, b"POST /hooks/x/connect HTTP/1.1\r\nHost: local")


async def hold_uploads(port: int, outcome: Counter) -> None:
    head = (
        b"POST /admin/tenants/importrun/add/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 11000000\r\n\r\n"
    )
    await _repeat(200, port, outcome, head + b"x" * 1_000_000)


async def ask_readyz(port: int, outcome: Counter) -> None:
    request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    await _repeat(150, port, outcome, request)


UNREAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100


SIGN_IN_PAGE = b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def read_pages(port: int, outcome: Counter) -> None:
    await _repeat(150, port, outcome, SIGN_IN_PAGE)


async def sign_in(port: int, outcome: Counter) -> None:
    page = await _exchange(port, SIGN_IN_PAGE)
    cookie = re.search(rb"csrftoken=(\w+)", page)[1].decode()
    token = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', page)[1].decode()

    def request(number: int) -> bytes:
        form = {"csrfmiddlewaretoken": token, "username": f"u{number}", "password": "guess"}
        body = urllib.parse.urlencode(form)
        return (
            "POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Cookie: csrftoken={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    await _repeat(150, port, outcome, request)


async def never_read(port: int, outcome: Counter) -> None:
    """Each asks as long as the gateway takes it, and leaves every answer where it is."""

    async def stranger() -> None:
        while True:
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, (HOST, port))
            _, writer = await asyncio.open_connection(sock=client)
            writer.transport.pause_reading()
            with contextlib.suppress(OSError):
                while True:
                    writer.write(UNREAD)
                    await writer.drain()
                    await asyncio.sleep(0)
            outcome["closed"] += 1
            writer.transport.abort()
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as strangers:
        for _ in range(200):
            strangers.create_task(stranger())
            await asyncio.sleep(0.005)


async def _repeat(
    parallel: int, port: int, outcome: Counter, request: bytes | Callable[[int], bytes]
) -> None:
    """All begin within a second; each begins again a second after it was answered or closed."""
    numbers = iter(range(10**9))

    async def stranger(number: int) -> None:
        await asyncio.sleep(number / parallel)
        while True:
            sent = request if isinstance(request, bytes) else request(next(numbers))
            answer = await _exchange(port, sent)
            outcome[answer[9:12].decode() or "closed"] += 1
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as strangers:
        for number in range(parallel):
            strangers.create_task(stranger(number))


async def _exchange(port: int, request: bytes) -> bytes:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return b""
    try:
        writer.write(request)
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.transport.abort()
