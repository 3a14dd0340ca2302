"""How well a call came through, in words; as the visitor's browser reported it."""

from __future__ import annotations

from hooks.models import CallQuality

UNKNOWN = "unknown"


def describe_quality(quality: CallQuality) -> str:
    arrived = None
    if quality.received is not None and quality.lost is not None:
        arrived = quality.received + quality.lost
    return (
        f"lost on the way to the visitor: {_loss(quality.lost, arrived)}; "
        f"on the way from the visitor: {_loss(quality.sent_lost, quality.sent)}; "
        f"jitter: {_times(quality.jitter, quality.jitter_most)}; "
        f"round trip: {_times(quality.round_trip, quality.round_trip_most)}."
    )


def _loss(lost: int | None, total: int | None) -> str:
    if lost is None or not total:
        return UNKNOWN
    return f"{lost} of {total} packets ({100 * lost / total:.1f} %)"


def _times(middle: int | None, most: int | None) -> str:
    if middle is None or most is None:
        return UNKNOWN
    return f"{middle} ms, {most} ms at worst"
