"""The voice: the browser's WebRTC joined to the SIP leg's G.711, both ways."""

from __future__ import annotations

import asyncio
import fractions
import time
from typing import Any

import aioice.ice
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler
from baresip.audio import CallAudio
from baresip.errors import AudioNotActive, AudioRestarted

_RATE = 8000  # hertz: that of G.711, so nothing is resampled on the way
_SAMPLES = 160  # of 20 ms
_BYTES = 2 * _SAMPLES
_SILENCE = bytes(_BYTES)

_interfaces = aioice.ice.get_host_addresses
# Loopback is left out otherwise, and it is all that Chromium needs. Firefox speaks to no loopback
# address, not even on the same machine.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [
    "127.0.0.1",
    *_interfaces(use_ipv4, use_ipv6),
]


class BadOffer(ValueError):
    """The browser's SDP has no voice we could join."""


class _Voice(MediaStreamTrack):
    """What the phone says, on its way to the browser."""

    kind = "audio"

    def __init__(self, audio: CallAudio) -> None:
        super().__init__()
        self._audio = audio
        self._started = time.monotonic()
        self._sent = 0

    async def recv(self) -> AudioFrame:
        await asyncio.sleep(max(0, self._started + self._sent / _RATE - time.monotonic()))
        frame = AudioFrame(format="s16", layout="mono", samples=_SAMPLES)
        frame.planes[0].update(_heard(self._audio).ljust(_BYTES, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = (
            _RATE,
            self._sent,
            fractions.Fraction(1, _RATE),
        )
        self._sent += _SAMPLES
        return frame


class Bridge:
    def __init__(self, audio: CallAudio) -> None:
        self._audio = audio
        self._browser = RTCPeerConnection()
        self._pumps: set[asyncio.Task[None]] = set()
        self._browser.on("track", self._listen)

    async def answer(self, offer: str) -> str:
        """Raises BadOffer."""
        self._browser.addTrack(_Voice(self._audio))
        codecs = [
            codec
            for codec in RTCRtpSender.getCapabilities("audio").codecs
            if codec.mimeType == "audio/PCMU"
        ]
        # Before the offer is set; afterwards Opus is chosen whatever is preferred.
        self._browser.getTransceivers()[0].setCodecPreferences(codecs)
        try:
            await self._browser.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
            await self._browser.setLocalDescription(await self._browser.createAnswer())
        except (
            ValueError,
            LookupError,
            AttributeError,
            TypeError,
            AssertionError,
            InvalidStateError,
        ) as error:
            raise BadOffer(type(error).__name__) from error
        sdp: str = self._browser.localDescription.sdp
        return sdp

    async def close(self) -> None:
        for pump in self._pumps:
            pump.cancel()  # where ICE came to nothing, the track itself never ends
        await self._browser.close()
        if self._pumps:
            await asyncio.wait(self._pumps)

    def _listen(self, track: Any) -> None:
        pump = asyncio.create_task(self._pump(track))
        self._pumps.add(pump)

    async def _pump(self, track: Any) -> None:
        """What the browser says, on its way to the phone."""
        resampler = AudioResampler(format="s16", layout="mono", rate=_RATE)
        try:
            while True:
                for frame in resampler.resample(await track.recv()):
                    _say(self._audio, bytes(frame.planes[0])[: 2 * frame.samples])
        except MediaStreamError:
            return  # the browser's side was closed


def _say(audio: CallAudio, voice: bytes) -> None:
    try:
        audio.write(voice)
    except (AudioNotActive, AudioRestarted):
        return  # nobody hears it: on hold, or hung up


def _heard(audio: CallAudio) -> bytes:
    try:
        return audio.read(_BYTES)
    except (AudioNotActive, AudioRestarted):
        return _SILENCE
