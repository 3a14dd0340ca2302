"""What a hook about a stream leaves behind, and how a batch of them becomes rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TypedDict

from hooks.streams.lifecycle import StreamProgress


class AskedStream(TypedDict):
    id: str
    tenant_id: int | None
    session_id: str | None
    media_session_id: str
    kind: str
    alias: str
    name: str  # empty: it was refused
    scope: str  # of the meter of its alias, where it counts
    decision: str
    reason: str
    asked_at: datetime
    ends_by: datetime | None
    ended_at: datetime | None
    ended_by: str
    visitor: str


def merge_reports(reports: Iterable[tuple[str, StreamProgress]]) -> Iterator[dict[str, Any]]:
    merged: dict[str, StreamProgress] = {}
    for stream_id, progress in reports:
        known = merged.get(stream_id)
        merged[stream_id] = known.merge(progress) if known else progress
    for stream_id, progress in merged.items():
        yield {"id": stream_id, **progress._asdict()}
