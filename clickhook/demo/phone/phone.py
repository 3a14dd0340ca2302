"""The phone itself: one account, any number of calls one after the other."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import baresip

from clickhook.demo.phone.sound import FRAME, RATE, Ear, silence, tone

Observer = Callable[[dict[str, Any]], None]
ECHO_FRAMES = 25  # half a second: visitors hear their own voice apart from it
GREETING = [(523, 8), (659, 8), (784, 16)]  # hertz and frames
FIRST_REGISTRATION_SECONDS = 10.0
LOST_AFTER_SECONDS = 30  # without sound: the other side is gone without a word


@dataclass(frozen=True, slots=True)
class Manner:
    """What it does with a call; times in seconds."""

    rings: float = 0.5
    plays: int | None = None  # hertz; None: a greeting, and then what it hears
    is_busy: bool = False
    answers: bool = True
    hangs_up_after: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    user: str
    domain: str
    password: str = field(repr=False)
    server: str  # HOST:PORT


class Phone:
    def __init__(self, line: Line, manner: Manner, observe: Observer) -> None:
        self._line, self._manner, self._observe = line, manner, observe
        self._calls: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled. Raises baresip.BaresipError if it cannot register."""
        runtime = baresip.Runtime()
        # The stack takes an address for a name of an interface, and none is like loopback's.
        config = baresip.Config(
            net_interface="127.0.0.1", max_concurrent_calls=16, rtp_timeout=LOST_AFTER_SECONDS
        )
        await runtime.start(config)
        try:
            account = baresip.Account(
                user=self._line.user,
                domain=self._line.domain,
                password=self._line.password,
                registrar=self._line.server,
                reg_interval=60,
                audio_codecs=("pcmu", "pcma"),
            )
            agent = await baresip.UserAgent.create(runtime, account, transfer_policy="reject")
            agent.on_incoming(self._ring)
            await agent.register(timeout=FIRST_REGISTRATION_SECONDS)
            self._observe({"registered": f"{self._line.user}@{self._line.domain}"})
            await asyncio.Event().wait()
        finally:
            await runtime.close()

    def _ring(self, call: Any) -> None:
        # Before the task runs: a CANCEL that comes meanwhile is told once, to those who listen.
        closed = asyncio.Event()
        call.on(lambda event: closed.set() if event.event is baresip.Event.CALL_CLOSED else None)

        task = asyncio.get_running_loop().create_task(self._take(call, closed))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _take(self, call: Any, closed: asyncio.Event) -> None:
        self._observe({"call": "rings", "from": call.peer})
        with suppress(baresip.StaleHandleError):  # the caller may hang up at any moment
            await self._handle(call, closed)
        await closed.wait()
        self._observe({"call": "ended", "from": call.peer})

    async def _handle(self, call: Any, closed: asyncio.Event) -> None:
        if self._manner.is_busy:
            await call.reject()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(
                closed.wait(), self._manner.rings if self._manner.answers else None
            )
        if closed.is_set():
            return
        call.on_dtmf(lambda tone: self._observe({"call": "tone", "key": tone.digit}))
        await call.answer()
        self._observe({"call": "answered", "from": call.peer})
        talking = asyncio.create_task(self._talk(call))
        with suppress(TimeoutError):
            await asyncio.wait_for(closed.wait(), self._manner.hangs_up_after)
        talking.cancel()
        if not closed.is_set():
            await call.hangup()

    async def _talk(self, call: Any) -> None:
        loop, ear, heard = asyncio.get_running_loop(), Ear(), None
        echo: deque[bytes] = deque([bytes(2 * FRAME)] * ECHO_FRAMES)
        voice, at = self._voice(echo), loop.time()
        while True:
            at += FRAME / RATE
            await asyncio.sleep(max(0, at - loop.time()))
            with suppress(
                baresip.AudioNotActive, baresip.AudioRestarted
            ):  # until the media is there
                pcm = call.audio.read(2 * FRAME * 10)
                echo.extend(pcm[n : n + 2 * FRAME] for n in range(0, len(pcm), 2 * FRAME))
                call.audio.write(next(voice))
                pitch = ear.hear(pcm)
                if pitch is not None and (heard is None or abs(pitch - heard) > 10):
                    heard = pitch
                    self._observe({"call": "hears", "hertz": pitch})

    def _voice(self, echo: deque[bytes]) -> Iterator[bytes]:
        if self._manner.plays is not None:
            yield from tone(self._manner.plays)
        for hertz, frames in GREETING:
            note = tone(hertz, 5000)
            yield from (next(note) for _ in range(frames))
        quiet = silence()
        while True:
            yield echo.popleft() if echo else next(quiet)
