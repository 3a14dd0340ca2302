"""What strangers do to a gateway, each kind from processes of its own."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import re
import socket
import ssl
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import NamedTuple

HOST = "127.0.0.1"


class Target(NamedTuple):
    """A gateway, or nginx in front of it."""

    port: int
    context: ssl.SSLContext | None = None

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = "localhost" if self.context else None
        return await asyncio.open_connection(
            HOST, self.port, ssl=self.context, server_hostname=name
        )


Attack = Callable[[Target, Counter], Awaitable[None]]


@contextlib.contextmanager
def attacking(attack: Attack | None, target: Target, processes: int = 1) -> Iterator[Counter]:
    """The counter holds what the strangers were answered, once they have stopped."""
    outcome: Counter = Counter()
    if attack is None:
        yield outcome
        return
    context = multiprocessing.get_context("fork")
    answers, stop = context.SimpleQueue(), context.Event()
    attackers = [
        context.Process(target=_run, args=(attack, target, answers, stop)) for _ in range(processes)
    ]
    for process in attackers:
        process.start()
    try:
        yield outcome
    finally:
        stop.set()
        for _ in attackers:
            outcome.update(answers.get())
        for process in attackers:
            process.join()


def _run(attack: Attack, target: Target, answers, stop) -> None:
    _take_what_others_leave()
    outcome: Counter = Counter()

    async def run() -> None:
        attacker = asyncio.create_task(attack(target, outcome))
        await asyncio.to_thread(stop.wait)
        attacker.cancel()
        await asyncio.gather(attacker, return_exceptions=True)

    asyncio.run(run())
    answers.put(outcome)


def _take_what_others_leave() -> None:
    """Real strangers use the processors of another machine.

    Linux may share them between sessions first (sched_autogroup), and only then between processes.
    """
    os.setsid()
    with contextlib.suppress(FileNotFoundError):
        Path("/proc/self/autogroup").write_text("19")
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


async def hold_idle(target: Target, outcome: Counter) -> None:
    await _repeat(2200, target, outcome, b"")


async def send_slow_heads(target: Target, outcome: Counter) -> None:
    await _repeat(500, target, outcome, b"POST /hooks/x/connect HTTP/1.1\r\nHost: local")


async def hold_uploads(target: Target, outcome: Counter) -> None:
    head = (
        b"POST /admin/tenants/importrun/add/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 11000000\r\n\r\n"
    )
    await _repeat(200, target, outcome, head + b"x" * 1_000_000)


async def ask_readyz(target: Target, outcome: Counter) -> None:
    request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    await _repeat(150, target, outcome, request)


UNREAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100


SIGN_IN_PAGE = b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def read_pages(target: Target, outcome: Counter) -> None:
    await _repeat(150, target, outcome, SIGN_IN_PAGE)


async def sign_in(target: Target, outcome: Counter) -> None:
    page = await _exchange(target, SIGN_IN_PAGE)
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

    await _repeat(150, target, outcome, request)


async def never_read(target: Target, outcome: Counter) -> None:
    """Each asks as long as the gateway takes it, and leaves every answer where it is."""

    async def stranger() -> None:
        while True:
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, (HOST, target.port))
            name = "localhost" if target.context else None
            _, writer = await asyncio.open_connection(
                sock=client, ssl=target.context, server_hostname=name
            )
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
    parallel: int, target: Target, outcome: Counter, request: bytes | Callable[[int], bytes]
) -> None:
    """All begin within a second; each begins again a second after it was answered or closed."""
    numbers = iter(range(10**9))

    async def stranger(number: int) -> None:
        await asyncio.sleep(number / parallel)
        while True:
            sent = request if isinstance(request, bytes) else request(next(numbers))
            answer = await _exchange(target, sent)
            outcome[answer[9:12].decode() or "closed"] += 1
            await asyncio.sleep(1)

    async with asyncio.TaskGroup() as strangers:
        for number in range(parallel):
            strangers.create_task(stranger(number))


async def _exchange(target: Target, request: bytes) -> bytes:
    try:
        reader, writer = await target.open()
    except OSError:
        return b""
    try:
        writer.write(request)
        return await reader.read()
    except OSError:
        return b""
    finally:
        writer.transport.abort()
