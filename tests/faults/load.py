"""Plays whole calls as a media server does, and logs every hook and every answer."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import ssl
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.tenants import KEY, OPEN, SECRET, SUSPENDED, SWITCHED_OFF
from tests.wcs import sign

NODE = "faults-node"
STATUSES = ("PENDING", "TRYING", "RING", "ESTABLISHED", "HOLD", "FINISH")
WAITS = 15.0  # seconds that WCS waits for an answer
NO_ANSWER = 0
REPEATS = 3  # of a hook whose connection broke before its answer, as WCS does
FORBIDDEN_SHARE = 0.1  # of the calls


@dataclass(slots=True)
class Sent:
    number: int  # stands in the hook's body too
    method: str
    session: str
    call: str
    status: str  # of an event
    is_forbidden: bool  # by the rules, whatever happens
    tenant: str = ""
    repeats: int = 0
    sent_at: float = 0.0  # time.monotonic
    seconds: float = 0.0
    answer: int = NO_ANSWER
    error: str = ""

    @property
    def is_event(self) -> bool:
        return self.method.endswith("Event")


@dataclass
class Load:
    url: str  # of the hooks' server
    calls_per_second: float
    certificate: Path | None = None
    pause: float = 0.35  # seconds between two hooks of a call, on average
    log: list[Sent] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def run(self, over: asyncio.Event) -> None:
        file = str(self.certificate) if self.certificate else None
        trusted = ssl.create_default_context(cafile=file)
        connector = aiohttp.TCPConnector(limit=0, ssl=trusted, keepalive_timeout=60)
        timeout = aiohttp.ClientTimeout(total=WAITS)
        base = f"{self.url}/hooks/{KEY}/"
        async with (
            aiohttp.ClientSession(base, connector=connector, timeout=timeout) as self._http,
            asyncio.TaskGroup() as group,
        ):
            while not over.is_set():
                group.create_task(self._play_one())
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), 1 / self.calls_per_second)

    def write(self, file: Path) -> None:
        with file.open("w") as lines:
            for sent in self.log:
                values = {name: getattr(sent, name) for name in Sent.__slots__}
                lines.write(json.dumps(values) + "\n")

    async def _play_one(self) -> None:
        if random.random() < FORBIDDEN_SHARE:
            return await random.choice(self._forbidden)(self)
        tenant = random.choice(list(OPEN))
        if session := await self._connect(tenant):
            await self._play_call(session, tenant)
            await self._end(session)
        return None

    async def _connect(self, tenant: str) -> str:
        """Empty where it is refused."""
        session = str(uuid.uuid4())
        origin = f"https://www.{tenant}.example"
        status = await self._post("connect", session, tenant=tenant, origin=origin)
        return session if status == 200 else ""

    async def _play_call(self, session: str, tenant: str) -> None:
        call = str(uuid.uuid4())
        await self._rest()
        fields = {"callee": "sales", "hasAudio": True}
        if await self._post("call", session, call, tenant=tenant, **fields) != 200:
            return
        for status in STATUSES:
            await self._rest()
            await self._post("CallStatusEvent", session, call, status, tenant=tenant)

    async def _end(self, session: str) -> None:
        await self._rest()
        await self._post("ConnectionStatusEvent", session, status="DISCONNECTED")

    async def _connect_from_elsewhere(self) -> None:
        ours = [f"https://www.{slug}.example" for slug in (SUSPENDED, SWITCHED_OFF)]
        origin = random.choice([*ours, "https://evil.example"])
        await self._post("connect", str(uuid.uuid4()), origin=origin, is_forbidden=True)

    async def _connect_with_a_guessed_secret(self) -> None:
        await self._post(
            "connect",
            str(uuid.uuid4()),
            origin="https://www.open.example",
            is_forbidden=True,
            secret="guessed",
        )

    async def _ask_for_what_is_not_given(self) -> None:
        if session := await self._connect("limited"):
            await self._rest()
            call = str(uuid.uuid4())
            await self._post("call", session, call, callee="+449098790000", is_forbidden=True)
            await self._post("transfer", session, call, target="+44", is_forbidden=True)
            await self._end(session)

    async def _call_without_a_session(self) -> None:
        session, call = str(uuid.uuid4()), str(uuid.uuid4())
        await self._post("call", session, call, callee="sales", is_forbidden=True)

    _forbidden = (
        _connect_from_elsewhere,
        _connect_with_a_guessed_secret,
        _ask_for_what_is_not_given,
        _call_without_a_session,
    )

    async def _rest(self) -> None:
        await asyncio.sleep(random.uniform(0.5, 1.5) * self.pause)

    async def _post(
        self,
        method: str,
        session: str,
        call: str = "",
        status: str = "",
        *,
        is_forbidden: bool = False,
        tenant: str = "",
        secret: str = SECRET,
        **fields: Any,
    ) -> int:
        sent = Sent(next(self._numbers), method, session, call, status, is_forbidden, tenant)
        known = {"callId": call, "status": status}
        body = {"nodeId": NODE, "appKey": "defaultApp", "sessionId": session}
        body |= {name: value for name, value in known.items() if value}
        text = json.dumps(body | fields | {"info": str(sent.number)}).encode()
        headers = {
            "Authorization": f"WCS {sign(secret, text)}",
            "Content-Type": "application/json;charset=UTF-8",
        }
        self.log.append(sent)
        sent.sent_at = time.monotonic()
        await self._send(sent, text, headers)
        sent.seconds = time.monotonic() - sent.sent_at
        return sent.answer

    async def _send(self, sent: Sent, text: bytes, headers: dict[str, str]) -> None:
        for sent.repeats in range(REPEATS + 1):
            try:
                async with self._http.post(sent.method, data=text, headers=headers) as answer:
                    await answer.read()
                    sent.answer = answer.status
                    return
            except (aiohttp.ClientError, TimeoutError) as error:
                sent.error = f"{type(error).__name__}: {error}"
                if not _is_broken(error):
                    return


def _is_broken(error: Exception) -> bool:
    """The connection was there, and ended before an answer came."""
    could_not_connect = isinstance(error, aiohttp.ClientConnectorError)
    broken = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)
    return isinstance(error, broken) and not could_not_connect
