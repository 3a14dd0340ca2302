"""Sound and picture of streams: what a publisher's browser sends goes to all who play it."""

from __future__ import annotations

from collections.abc import Sequence

from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaBlackhole, MediaRelay

import clickhook.demo.wcs.media  # noqa: F401 - it lets aiortc use the loopback addresses

# One for the process: a track is read once, however many play it.
_RELAY = MediaRelay()


class Publisher:
    def __init__(self) -> None:
        self.tracks: list[MediaStreamTrack] = []
        self._browser = RTCPeerConnection()
        self._browser.on("track", self._take)
        self._unheard = MediaBlackhole()

    async def answer(self, offer: str) -> str:
        answer = await _answer(self._browser, offer)
        await self._unheard.start()
        return answer

    async def close(self) -> None:
        await self._unheard.stop()
        await self._browser.close()

    def _take(self, track: MediaStreamTrack) -> None:
        self.tracks.append(track)
        # Somebody has to read it, also while nobody plays it.
        self._unheard.addTrack(_RELAY.subscribe(track, buffered=False))


class Player:
    def __init__(self, tracks: Sequence[MediaStreamTrack]) -> None:
        self.tracks = tracks
        self._browser = RTCPeerConnection()
        for track in tracks:
            self._browser.addTrack(_RELAY.subscribe(track, buffered=False))

    async def answer(self, offer: str) -> str:
        return await _answer(self._browser, offer)

    async def close(self) -> None:
        await self._browser.close()


async def _answer(browser: RTCPeerConnection, offer: str) -> str:
    await browser.setRemoteDescription(RTCSessionDescription(sdp=offer, type="offer"))
    await browser.setLocalDescription(await browser.createAnswer())
    sdp: str = browser.localDescription.sdp
    return sdp
