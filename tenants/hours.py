"""Opening hours in the tenant's time zone: open now, and when again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SEARCHED = timedelta(days=400)  # for the next opening
MOST_SPANS = 20  # of one day
DAY_MINUTES = 24 * 60
_SPAN = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_KEY = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?")
_EXPECTED_KEY = 'Expected a day or days, like "mon" or "mon-fri".'
_EXPECTED_SPAN = 'Expected a time from 00:00 to 24:00, like "09:00-17:00".'

Span = tuple[int, int]  # minutes of the day; an end beyond the day is in the next one
Hours = tuple[tuple[Span, ...], ...]  # of each day from Monday


class BadHours(ValueError):
    """By place, such as `mon-fri[0]`, what is wrong there."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {problem}" for place, problem in problems.items()))
        self.problems = problems


def parse_hours(value: Any) -> Hours | None:
    """Days that are not given are closed. Raises BadHours with every problem."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise BadHours({"": 'Expected an object of days, like {"mon-fri": ["09:00-17:00"]}.'})

    problems: dict[str, str] = {}
    week: dict[int, tuple[Span, ...]] = {}
    for key, spans in value.items():
        read = tuple(sorted(_read_spans(key, spans, problems)))
        for day in _read_days(key, problems):
            if day in week:
                problems[key] = f"The hours of {DAYS[day]} are given twice."
            week[day] = read

    hours = tuple(week.get(day, ()) for day in range(len(DAYS)))
    _check_overlaps(hours, problems)
    if problems:
        raise BadHours(problems)
    return hours


def is_open(hours: Hours | None, holidays: AbstractSet[str], zone: str, now: datetime) -> bool:
    """`holidays` are dates like 2026-12-25, each closed from midnight to midnight.

    A night that would begin on a holiday does not take place.
    """
    local = now.astimezone(ZoneInfo(zone))
    today = local.date()
    if today.isoformat() in holidays:
        return False
    if hours is None:
        return True

    minute = local.hour * 60 + local.minute
    if any(begin <= minute < end for begin, end in hours[today.weekday()]):
        return True
    yesterday = today - timedelta(days=1)
    late = hours[yesterday.weekday()] if yesterday.isoformat() not in holidays else ()
    return any(minute + DAY_MINUTES < end for _, end in late)


def next_opening(
    hours: Hours | None, holidays: AbstractSet[str], zone: str, now: datetime
) -> datetime | None:
    """The first moment from now on that is open; None if there is none within SEARCHED."""
    local = now.astimezone(ZoneInfo(zone)).date()
    if is_open(hours, holidays, zone, now):
        return now

    days = (local + timedelta(days=number) for number in range(SEARCHED.days))
    for day in days:
        # A stranger may ask, so a year of closed days costs next to nothing.
        if day.isoformat() in holidays or not _may_open(hours, day):
            continue
        for moment in _possible_openings(hours, zone, day):
            if moment >= now and is_open(hours, holidays, zone, moment):
                return moment
    return None


def _may_open(hours: Hours | None, day: date) -> bool:
    if hours is None:
        return True
    night = any(end > DAY_MINUTES for _, end in hours[day.weekday() - 1])
    return night or bool(hours[day.weekday()])


def _possible_openings(hours: Hours | None, zone: str, day: date) -> Iterator[datetime]:
    """Where the clock changes, every minute of the day: an hour is missing there, or comes twice.

    A night that began the day before does not open at midnight: it was open already, or does not
    take place.
    """
    begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if end - begin != timedelta(days=1):
        minutes = (end - begin) // timedelta(minutes=1)
        yield from (begin + timedelta(minutes=minute) for minute in range(minutes))
        return

    spans = ((0, DAY_MINUTES),) if hours is None else hours[day.weekday()]
    for opening, _ in spans:
        yield begin + timedelta(minutes=opening)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _read_days(key: Any, problems: dict[str, str]) -> list[int]:
    match = _KEY.fullmatch(key) if isinstance(key, str) else None
    if match is None:
        problems[str(key)] = _EXPECTED_KEY
        return []

    first = DAYS.index(match[1])
    last = DAYS.index(match[2]) if match[2] else first
    return [(first + number) % 7 for number in range((last - first) % 7 + 1)]


def _read_spans(key: Any, spans: Any, problems: dict[str, str]) -> Iterator[Span]:
    if not isinstance(spans, list):
        problems[str(key)] = 'Expected a list of times, like ["09:00-17:00"]; [] is closed.'
        return
    if len(spans) > MOST_SPANS:
        problems[str(key)] = f"At most {MOST_SPANS} times for a day."
        return

    for index, text in enumerate(spans):
        span = _read_span(text)
        if span is None:
            problems[f"{key}[{index}]"] = _EXPECTED_SPAN
        else:
            yield span


def _read_span(text: Any) -> Span | None:
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None

    begin, end = _minutes(match[1], match[2]), _minutes(match[3], match[4])
    if begin is None or end is None or begin in (DAY_MINUTES, end):
        return None
    return begin, end if end > begin else end + DAY_MINUTES


def _minutes(hour: str, minute: str) -> int | None:
    number = int(hour) * 60 + int(minute)
    return number if int(minute) < 60 and number <= DAY_MINUTES else None


def _check_overlaps(hours: Hours, problems: dict[str, str]) -> None:
    for number, spans in enumerate(hours):
        night = max((end - DAY_MINUTES for _, end in hours[number - 1]), default=0)
        if any(later[0] < earlier[1] for earlier, later in pairwise(((0, night), *spans))):
            problems.setdefault(DAYS[number], "These times overlap.")
