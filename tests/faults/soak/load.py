"""Whole calls, one after the other on each of some connections, at a steady pace."""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from tests.faults.tenants import KEY, SECRET
from tests.wcs import sign

NODE = "soak-node"
STATUSES = ("PENDING", "TRYING", "RING", "ESTABLISHED", "HOLD", "FINISH")
BUSY_SHARE = 0.5  # of the calls are the first tenant's
LOST_SHARE = 0.01  # of the calls: nobody tells their end
CONNECTIONS = 32
ALLOWED, ASKING = 200, ("connect", "call")
Hook = tuple[str, dict[str, object]]


@dataclass
class Load:
    port: int
    slugs: Sequence[str]
    hooks: int
    per_second: float
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    sent: int = 0

    async def run(self) -> None:
        self._began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._play())

    @property
    def rate(self) -> float:
        """Hooks a second, so far."""
        return self.sent / (time.monotonic() - self._began)

    @property
    def refused(self) -> dict[str, int]:
        """Of what the rules allow: all of it."""
        return {
            f"{method} {status}": number
            for (method, status), number in self.answers.items()
            if status != 200
        }

    async def _play(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            while self.sent < self.hooks:
                for method, body in make_call(self._choose_tenant()):
                    await self._keep_pace()
                    self.sent += 1
                    writer.write(make_request(method, body))
                    status = await read_answer(reader)
                    self.answers[method, status] += 1
                    if status != ALLOWED and method in ASKING:
                        break  # what was refused does not go on
        finally:
            writer.close()

    async def _keep_pace(self) -> None:
        ahead = self.sent / self.per_second - (time.monotonic() - self._began)
        if ahead > 0:
            await asyncio.sleep(ahead)

    def _choose_tenant(self) -> str:
        return self.slugs[0] if random.random() < BUSY_SHARE else random.choice(self.slugs)


def make_call(slug: str) -> Iterator[Hook]:
    ids = {"nodeId": NODE, "appKey": "defaultApp", "sessionId": str(uuid.uuid4())}
    yield "connect", ids | {"origin": f"https://www.{slug}.example"}
    call = ids | {"callId": str(uuid.uuid4())}
    yield "call", call | {"callee": "sales", "hasAudio": True}
    told = STATUSES if random.random() > LOST_SHARE else STATUSES[:4]
    for status in told:
        yield "CallStatusEvent", call | {"status": status}
    if told is STATUSES:
        yield "ConnectionStatusEvent", ids | {"status": "DISCONNECTED"}


def make_request(method: str, body: dict[str, object]) -> bytes:
    text = orjson.dumps(body)
    head = (
        f"POST /hooks/{KEY}/{method} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/json;charset=UTF-8\r\n"
        f"Authorization: WCS {sign(SECRET, text)}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next(line for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.partition(b":")[2]))
    return int(head[9:12])
