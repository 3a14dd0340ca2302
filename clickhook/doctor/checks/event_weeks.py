"""Whether the weeks in which events lie are made and dropped in time: hooks/event_weeks.py."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.duties.kept import FOREVER
from hooks.event_weeks import OTHER, PAST_WEEKS, WEEKS_END

MOST = 100_000  # events outside the weeks; more are not counted
OUTSIDE = f"SELECT count(*) FROM (SELECT FROM {OTHER} LIMIT %s) AS them"  # noqa: S608 - a constant
MAKES_THEM = (
    "The worker makes them, and so does manage.py migrate: see the worker's log. A table of yours "
    "that has the name of a week keeps it from being made."
)
DROPS_THEM = "The worker drops them, and so does manage.py prune: see the worker's log."


def check_event_weeks() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(WEEKS_END)
        [(end, is_soon)] = cursor.fetchall()
        cursor.execute(OUTSIDE, [MOST])
        [(outside,)] = cursor.fetchall()
        overdue = _read_overdue(cursor)
    if outside:
        number = f"{outside:,}{' or more' if outside == MOST else ''}"
        sentence = f"{number} events lie outside the weeks, where they are deleted one by one."
        remedy = f"Was a clock wrong, or no worker at work for weeks? {MAKES_THEM}"
        yield Finding("weeks", False, sentence, remedy)
    if overdue:
        sentence = f"Weeks that served their time are still there: {name_some(overdue)}."
        yield Finding("weeks", False, sentence, DROPS_THEM)
    yield _judge_end(end, is_soon)


def _read_overdue(cursor: CursorWrapper) -> list[str]:
    """The worker has had a day for each."""
    if settings.CLICKHOOK_KEEP_EVENTS == FOREVER:
        return []
    cursor.execute(PAST_WEEKS, {"days": settings.CLICKHOOK_KEEP_EVENTS + 1})
    return [week for (week,) in cursor.fetchall()]


def _judge_end(end: datetime | None, is_soon: bool) -> Finding:
    """No end: there is no week at all."""
    if end is None:
        return Finding("weeks", False, "Events have no week to lie in.", MAKES_THEM)
    sentence = f"Events have weeks to lie in until {end:%Y-%m-%d}"
    if is_soon:
        return Finding("weeks", False, f"{sentence} only.", MAKES_THEM)
    return Finding("weeks", True, f"{sentence}.")
