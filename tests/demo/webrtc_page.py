"""The WebRTC of a page, without a browser: says a tone and keeps what it hears."""

from __future__ import annotations

import array
import asyncio
import cmath
import fractions
import math
import struct
import threading
import time
from typing import Any

import aioice.ice
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

RATE = 8000  # hertz
_SAMPLES = 160
_STEP = 20  # hertz by which tones are told apart

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class _Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self._hertz, self._said, self._started = hertz, 0, time.monotonic()

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(max(0, self._started + self._said / RATE - time.monotonic()))
        frame = AudioFrame(format="s16", layout="mono", samples=_SAMPLES)
        turn = 2 * math.pi * self._hertz / RATE
        wave = (int(12000 * math.sin(turn * (self._said + sample))) for sample in range(_SAMPLES))
        frame.planes[0].update(struct.pack(f"<{_SAMPLES}h", *wave))
        frame.sample_rate, frame.pts, frame.time_base = (
            RATE,
            self._said,
            fractions.Fraction(1, RATE),
        )
        self._said += _SAMPLES
        return frame


class Page:
    """Its WebRTC runs in a thread of its own."""

    def __init__(self, hertz: int) -> None:
        self._heard = array.array("h")
        self._listening: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        # Without candidates, as the SDK sends it.
        lines = self._do(self._offer(hertz)).splitlines()
        self.offer = "".join(f"{line}\r\n" for line in lines if "candidate" not in line)

    def accept(self, answer: str) -> None:
        self._do(
            self._connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        )

    def hears(self, hertz: int) -> bool:
        """Within ten seconds, as the loudest tone of a quarter of one."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._loudest() == hertz:
                return True
            time.sleep(0.05)
        return False

    def close(self) -> None:
        self._do(self._connection.close())
        if self._listening:
            self._do(asyncio.wait([self._listening]))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _loudest(self) -> int | None:
        wave = self._heard[-RATE // 4 :]
        if len(wave) < RATE // 4 or max(wave) < 1000:
            return None
        return max(range(300, 1200, _STEP), key=lambda hertz: _strength(wave, hertz))

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _offer(self, hertz: int) -> str:
        self._connection = RTCPeerConnection()
        self._connection.addTrack(_Tone(hertz))
        self._connection.on("track", self._listen)
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    def _listen(self, track: Any) -> None:
        self._listening = self._loop.create_task(self._hear(track))

    async def _hear(self, track: Any) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            while True:
                for frame in resampler.resample(await track.recv()):
                    self._heard.frombytes(bytes(frame.planes[0])[: 2 * frame.samples])
        except MediaStreamError:
            return


def _strength(wave: array.array, hertz: int) -> float:
    turn = -2j * math.pi * hertz / RATE
    return abs(sum(value * cmath.exp(turn * sample) for sample, value in enumerate(wave)))
