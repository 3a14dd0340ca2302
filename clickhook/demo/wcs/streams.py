"""The streams of one node: who publishes each by its real name, and who plays it.

Words of statuses and infos: @flashphoner/websdk 2.0.276, constants.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.model.statuses import stream_status

if TYPE_CHECKING:
    from clickhook.demo.wcs.stream_media import Player, Publisher

BY_USER = "Stopped by user"
BY_DISCONNECT = "Stopped by session disconnect"
BY_PUBLISHER = "Stopped by publisher stop"
BY_REST = "Stopped by rest /terminate"
IN_USE = "Stream name is already in use"
NOT_FOUND = "Stream not found"


@dataclass(eq=False)
class Stream:
    fields: dict[str, Any]  # as WCS has it at this moment
    owner: object  # the session
    tell: Callable[..., Awaitable[None]] = field(repr=False)  # the browser
    report: Callable[..., None] = field(repr=False)  # an event, to the backend and the browser
    media: Publisher | Player | None = None

    @property
    def id(self) -> Any:
        return self.fields.get("mediaSessionId")

    @property
    def name(self) -> Any:
        return self.fields.get("name")

    @property
    def is_published(self) -> bool:
        return self.fields.get("published") is True

    def say(self, status: str, info: str | None = None) -> None:
        self.fields = stream_status(self.fields, status, info)
        self.report("StreamStatusEvent", self.fields, "notifyStreamStatusEvent")

    async def send_answer(self, answer: str) -> None:
        await self.tell("setRemoteSDP", self.id, answer, False)


class Streams:
    def __init__(self, with_media: bool) -> None:
        self._with_media = with_media
        self._living: list[Stream] = []

    def find(self, fields: Fields) -> list[Stream]:
        """WCS takes the fields for a filter: without any, it finds every stream."""
        asked = {name: value for name, value in fields.items() if value is not None}
        return [stream for stream in self._living if asked.items() <= stream.fields.items()]

    async def publish(self, stream: Stream) -> None:
        if self._publisher_of(stream.name):
            stream.say("FAILED", IN_USE)
            return
        self._living.append(stream)
        if self._has_media(stream):
            from clickhook.demo.wcs.stream_media import Publisher

            stream.media = Publisher()
            await stream.send_answer(await stream.media.answer(stream.fields["sdp"]))
        stream.say("PUBLISHING")

    async def play(self, stream: Stream) -> None:
        publisher = self._publisher_of(stream.name)
        if publisher is None:
            stream.say("FAILED", NOT_FOUND)
            return
        self._living.append(stream)
        if self._has_media(stream) and publisher.media:
            from clickhook.demo.wcs.stream_media import Player

            stream.media = Player(publisher.media.tracks)
            await stream.send_answer(await stream.media.answer(stream.fields["sdp"]))
        stream.say("PLAYING")

    async def end(self, streams: list[Stream], info: str) -> None:
        """With a publisher all who play its stream end."""
        for stream in streams:
            if stream not in self._living:
                continue
            self._living.remove(stream)
            if stream.media:
                await stream.media.close()
            stream.say("UNPUBLISHED" if stream.is_published else "STOPPED", info)
            if stream.is_published:
                await self.end(self.find({"name": stream.name, "published": False}), BY_PUBLISHER)

    def of(self, owner: object) -> list[Stream]:
        return [stream for stream in self._living if stream.owner is owner]

    def _publisher_of(self, name: object) -> Stream | None:
        return next(iter(self.find({"name": name, "published": True})), None)

    def _has_media(self, stream: Stream) -> bool:
        """Without an SDP nothing is seen or heard; for tests, as with calls."""
        sdp = stream.fields.get("sdp")
        return self._with_media and isinstance(sdp, str) and "m=" in sdp
