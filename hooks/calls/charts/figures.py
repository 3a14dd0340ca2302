"""From hours of calls to what the charts show, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hooks.calls.charts.call_hours import CallHours
from hooks.calls.charts.hour_counting import HOUR

DAY = timedelta(days=1)
OUTCOMES = ("answered", "unanswered", "busy", "failed", "refused")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    key: str
    title: str
    span: timedelta
    bar: timedelta  # an hour or a day: the calls of how long a time one bar adds up
    step: timedelta  # the same for the line of calls at once


PERIODS = {
    period.key: period
    for period in (
        Period("24h", "24 hours", DAY, HOUR, HOUR),
        Period("7d", "7 days", 7 * DAY, DAY, HOUR),
        Period("30d", "30 days", 30 * DAY, DAY, 6 * HOUR),
    )
}


def begin_of_period(period: Period, now: datetime) -> datetime:
    """Whole bars only; the last one is still growing."""
    return _round_down(now, period.bar) - period.span + period.bar


def group_hours(
    hours: Sequence[CallHours], since: datetime, until: datetime, width: timedelta
) -> list[CallHours]:
    """One group for each width of time, without gaps; `at_once` is the most of any hour in it."""
    groups: list[CallHours] = []
    at, rest = _round_down(since, width), iter(sorted(hours))
    hour = next(rest, None)

    while at < until:
        members: list[CallHours] = []
        while hour is not None and hour.hour < at + width:
            if hour.hour >= at:
                members.append(hour)
            hour = next(rest, None)
        groups.append(_group(at, members))
        at += width

    return groups


def allowed_calls(hours: CallHours) -> int:
    """Calls that were allowed and have ended or were answered."""
    return hours.answered + hours.unanswered + hours.busy + hours.failed


def answer_rate(hours: CallHours) -> float | None:
    """In percent; None where nobody called."""
    allowed = allowed_calls(hours)
    return 100 * hours.answered / allowed if allowed else None


def _group(at: datetime, members: Sequence[CallHours]) -> CallHours:
    sums = {outcome: sum(getattr(member, outcome) for member in members) for outcome in OUTCOMES}
    return CallHours(at, **sums, at_once=max((member.at_once for member in members), default=0))


def _round_down(at: datetime, width: timedelta) -> datetime:
    return _EPOCH + (at - _EPOCH) // width * width
