"""What a page may ask of streams, and which fields of a stream are ours.

Source: client SDK, createStream; docs.flashphoner.com, "The complete list of methods and
parameters".
"""

from __future__ import annotations

from typing import Any

PUBLISH, PLAY = KINDS = ("publish", "play")
# WCS names a connection of the HLS player in it, which no `connect` told of: docs.flashphoner.com,
# page 3048996. So it is allowed only where a build names one of the Web SDK's.
HLS = "playHLS"
ASKING = {"publishStream": PUBLISH, "playStream": PLAY, HLS: PLAY}
ENDING = ("unPublishStream", "stopStream")
STREAM_METHODS = {*ASKING, *ENDING}
# A page that asks for one of these wants a recording, another picture than the publisher sends, or
# the stream sent on to another server. What the SDK sends without being asked is false, 0 or null.
OPTIONS: dict[str, Any] = {
    "record": False,
    "recordName": None,
    "rtmpUrl": None,
    "rtmpStream": None,
    "width": 0,
    "height": 0,
    "bitrate": 0,
    "minBitrate": 0,
    "maxBitrate": 0,
    "quality": 0,
    "fps": 0,
    "gop": 0,
    "audioBitrate": 0,
}
# Beside the options. What the media needs stays the browser's: mediaSessionId, sdp, mediaProvider,
# hasVideo, hasAudio, transport, cvoExtension.
STREAM_FIELDS = ("name", "published", "custom", "constraints", *OPTIONS)
ENDING_FIELDS = ("name",)
# Each may tell the real name.
HIDDEN_OF_STREAM = ("name", "recordName", "rtmpUrl", "rtmpStream", "history")


def stream_answer(name: str, kind: str) -> dict[str, Any]:
    """The real name, and every option as it is where nobody asked for it."""
    return {
        **OPTIONS,
        "name": name,
        "published": kind == PUBLISH,
        "custom": {},
        "constraints": None,
    }


def ending_answer(name: str) -> dict[str, str]:
    return {"name": name}
