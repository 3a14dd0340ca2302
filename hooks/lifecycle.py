"""What a status event says of a session or a call.

Reports merge to the same result in any order, and however often each one comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from hooks.payloads import Payload
from hooks.reasons.neutral import Subject, sentences_of

# Client SDK, constants CALL_STATUS and SESSION_STATUS; a demo of the vendor says FINISHED.
_RINGING = {"RING", "RING_MEDIA", "SESSION_PROGRESS"}
_ANSWERED = {"ESTABLISHED", "HOLD"}
_CALL_ENDS = {"FINISH": "finish", "FINISHED": "finish", "BUSY": "busy", "FAILED": "failed"}
_SESSION_ENDS = {"DISCONNECTED": "disconnected", "FAILED": "failed"}
_MAX_INFO = 512
# WCS's FAILED of what we refused. A visitor may have called again under the id of a living call,
# which that report must not end.
_REFUSALS = sentences_of(Subject.CALLS)


class _Progress(Protocol):
    """What a report says of a session, a call or a stream."""

    @property
    def ended_at(self) -> datetime | None: ...
    def merge(self, other: Self) -> Self: ...
    def _asdict(self) -> dict[str, Any]: ...


Progress = TypeVar("Progress", bound=_Progress)


class CallProgress(NamedTuple):
    at: datetime
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    info: str | None = None
    sip_status: int | None = None

    def merge(self, other: Self) -> CallProgress:
        ended = ends_first(self, other)
        return CallProgress(
            at=min(self.at, other.at),
            ringing_at=earliest(self.ringing_at, other.ringing_at),
            answered_at=earliest(self.answered_at, other.answered_at),
            ended_at=ended.ended_at,
            ended_by=ended.ended_by,
            info=ended.info,
            sip_status=max(filter(None, (self.sip_status, other.sip_status)), default=None),
        )


class SessionProgress(NamedTuple):
    established_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    was_kept: bool = False  # on disk, so it may be of an earlier session

    def merge(self, other: Self) -> SessionProgress:
        ended = ends_first(self, other)
        return SessionProgress(
            established_at=earliest(self.established_at, other.established_at),
            ended_at=ended.ended_at,
            ended_by=ended.ended_by,
            was_kept=self.was_kept or other.was_kept,
        )


def read_call_report(payload: Payload, at: datetime) -> CallProgress:
    status = payload.text("status")
    end = None if _is_of_our_refusal(payload) else _CALL_ENDS.get(status)
    return CallProgress(
        at=at,
        ringing_at=at if status in _RINGING else None,
        answered_at=at if status in _ANSWERED else None,
        ended_at=at if end else None,
        ended_by=end,
        info=payload.text("info")[:_MAX_INFO] if end else None,
        sip_status=_sip_status(payload["sipStatus"]),
    )


def read_session_report(payload: Payload, at: datetime, was_kept: bool) -> SessionProgress | None:
    """None where the event changes nothing."""
    status = payload.text("status")
    if status in _SESSION_ENDS:
        return SessionProgress(None, at, _SESSION_ENDS[status], was_kept)
    return SessionProgress(at, was_kept=was_kept) if status == "ESTABLISHED" else None


def _is_of_our_refusal(payload: Payload) -> bool:
    return payload["sipStatus"] is None and payload.text("info") in _REFUSALS


def ends_first(one: Progress, other: Progress) -> Progress:
    is_earlier = other.ended_at and (one.ended_at is None or other.ended_at < one.ended_at)
    return other if is_earlier else one


def earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def merge_reports(reports: Iterable[tuple[str, Progress] | None]) -> Iterator[dict[str, Any]]:
    """A row for each session, call or stream that the reports of a batch are about."""
    merged: dict[str, Progress] = {}
    for row_id, progress in filter(None, reports):
        known = merged.get(row_id)
        merged[row_id] = known.merge(progress) if known else progress
    for row_id, progress in merged.items():
        yield {"id": row_id, **progress._asdict()}


def _sip_status(status: float | None) -> int | None:
    return int(status) if status is not None and 100 <= status < 700 else None
