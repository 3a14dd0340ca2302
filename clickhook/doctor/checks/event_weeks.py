"""Whether the weeks in which events lie are made in time; see hooks/event_weeks.py."""

from __future__ import annotations

from django.db import connection

from clickhook.doctor.finding import Finding, Findings
from hooks.event_weeks import OTHER, WEEKS_END

MOST = 100_000  # events outside the weeks; more are not counted
OUTSIDE = f"SELECT count(*) FROM (SELECT FROM {OTHER} LIMIT %s) AS them"  # noqa: S608 - a constant
MAKES_THEM = "The worker makes them, and so does manage.py migrate: see the worker's log."


def check_event_weeks() -> Findings:
    with connection.cursor() as cursor:
        cursor.execute(WEEKS_END)
        [(end, is_soon)] = cursor.fetchall()
        cursor.execute(OUTSIDE, [MOST])
        [(outside,)] = cursor.fetchall()
    if outside:
        number = f"{outside:,}{' or more' if outside == MOST else ''}"
        sentence = f"{number} events lie outside the weeks, where they are deleted one by one."
        remedy = f"Was a clock wrong, or no worker at work for weeks? {MAKES_THEM}"
        yield Finding("weeks", False, sentence, remedy)
    if is_soon:
        sentence = f"Events have weeks to lie in until {end:%Y-%m-%d} only."
        yield Finding("weeks", False, sentence, MAKES_THEM)
    else:
        yield Finding("weeks", True, f"Events have weeks to lie in until {end:%Y-%m-%d}.")
