"""What a status event says of a stream; reports merge to the same result in any order."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Self

from hooks.lifecycle import earliest, ends_first
from hooks.payloads import Payload
from hooks.reasons.neutral import Subject, sentences_of

# Client SDK, constants STREAM_STATUS. A stream that is paused goes on.
GOES_ON = {"PUBLISHING", "PLAYING", "PAUSED", "RESIZE", "PLAYBACK_PROBLEM"}
_BEGUN = {"PUBLISHING", "PLAYING"}
_ENDS = {"UNPUBLISHED": "stopped", "STOPPED": "stopped", "FAILED": "failed"}
_MAX_INFO = 512
# WCS's FAILED of what we refused. A visitor may have asked again under the id of a living stream,
# which that report must not end.
_REFUSALS = sentences_of(Subject.CALLS, Subject.STREAMS)


class StreamProgress(NamedTuple):
    at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    info: str | None = None

    def merge(self, other: Self) -> StreamProgress:
        ended = ends_first(self, other)
        at, began = min(self.at, other.at), earliest(self.began_at, other.began_at)
        return StreamProgress(at, began, ended.ended_at, ended.ended_by, ended.info)


def read_stream_report(payload: Payload, at: datetime) -> StreamProgress:
    status = payload.text("status")
    end = None if payload.text("info") in _REFUSALS else _ENDS.get(status)
    return StreamProgress(
        at=at,
        began_at=at if status in _BEGUN else None,
        ended_at=at if end else None,
        ended_by=end,
        info=payload.text("info")[:_MAX_INFO] if end else None,
    )
