"""Today in five figures, each beside the same day last week: what the start page shows on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from hooks.calls.admin.lists.paging import LOOKED_THROUGH_SPARSE
from hooks.calls.charts.call_hours import CallHours, read_call_hours
from hooks.calls.charts.figures import DAY, OUTCOMES, group_hours
from hooks.calls.charts.hour_counting import HOUR
from hooks.models import Call

WEEK = timedelta(days=7)
HOURS = 24
MAX_LIVING = 1_000  # calls that are counted
WIDTH, HEIGHT = 120, 32  # of a small chart
SECONDS_PER_MINUTE = 60


class TodayFigure(NamedTuple):
    title: str
    value: str
    comparison: str
    bars: Sequence[tuple[float, float, float]]  # of today: x, y and height
    line: str  # of the same day last week: a path


class _Day(NamedTuple):
    hours: Sequence[CallHours]
    talked: Sequence[int]  # seconds in each hour
    is_whole: bool  # whether all its calls were looked at for the time they talked


def build_today(tenants: list[int] | None, now: datetime) -> Iterator[TodayFigure]:
    """Days are those of UTC; last week's day ends at the same time of day as this one."""
    today, past = _read_day(tenants, now), _read_day(tenants, now - WEEK)

    yield _figure("Calls", _all_calls(today), _all_calls(past))
    yield _figure("Answered", _numbers(today, "answered"), _numbers(past, "answered"))
    yield _talk_figure(today, past)
    yield _living_figure(tenants, today, past)
    yield _figure("Refused", _numbers(today, "refused"), _numbers(past, "refused"))


def _read_day(tenants: list[int] | None, until: datetime) -> _Day:
    since = until.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    read = [hour for hour in read_call_hours(tenants, since, until) if hour.hour <= until]
    hours = group_hours(read, since, since + DAY, HOUR)

    calls = _calls_of(tenants).filter(asked_at__gte=since, asked_at__lt=until)
    newest = calls.order_by("-asked_at").values_list("asked_at", "duration")
    rows = list(newest[:LOOKED_THROUGH_SPARSE])
    talked = [0] * HOURS
    for asked_at, duration in rows:
        talked[asked_at.astimezone(UTC).hour] += int(duration.total_seconds()) if duration else 0
    return _Day(hours, talked, len(rows) < LOOKED_THROUGH_SPARSE)


def _calls_of(tenants: list[int] | None) -> QuerySet[Call]:
    return Call.objects.all() if tenants is None else Call.objects.filter(tenant__in=tenants)


def _talk_figure(today: _Day, past: _Day) -> TodayFigure:
    minutes = sum(today.talked) // SECONDS_PER_MINUTE, sum(past.talked) // SECONDS_PER_MINUTE
    figure = _figure("Talk time", today.talked, past.talked)
    comparison = f"{minutes[1]:,} min a week ago"
    if not (today.is_whole and past.is_whole):
        comparison += f"; of the newest {LOOKED_THROUGH_SPARSE:,} calls of each day"
    return figure._replace(value=f"{minutes[0]:,} min", comparison=comparison)


def _living_figure(tenants: list[int] | None, today: _Day, past: _Day) -> TodayFigure:
    figure = _figure("Living now", _numbers(today, "at_once"), _numbers(past, "at_once"))
    living = _calls_of(tenants).filter(ended_at=None).order_by("-asked_at")
    number = len(living.values_list("pk")[:MAX_LIVING])

    most = max(_numbers(past, "at_once"), default=0)
    value = f"{number:,}" if number < MAX_LIVING else f"{number:,} or more"
    return figure._replace(value=value, comparison=f"at most {most:,} at once a week ago")


def _figure(title: str, today: Sequence[int], past: Sequence[int]) -> TodayFigure:
    top, place = max([*today, *past, 1]), WIDTH / HOURS
    bars = [
        (
            round(place * hour, 1),
            round(HEIGHT * (1 - number / top), 1),
            round(HEIGHT * number / top, 1),
        )
        for hour, number in enumerate(today)
        if number
    ]
    points = [
        f"{place * (hour + 0.5):.1f} {HEIGHT * (1 - number / top):.1f}"
        for hour, number in enumerate(past)
    ]
    comparison = f"{sum(past):,} a week ago at this time"
    return TodayFigure(title, f"{sum(today):,}", comparison, bars, "M" + " L".join(points))


def _all_calls(day: _Day) -> list[int]:
    return [sum(getattr(hour, outcome) for outcome in OUTCOMES) for hour in day.hours]


def _numbers(day: _Day, field: str) -> list[int]:
    return [getattr(hour, field) for hour in day.hours]
