"""Calls by the hour: hours that were added up before, and the hours since, counted on the spot."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection

from hooks.calls.charts.hour_counting import (
    ALL_TENANTS,
    COUNTS,
    HOUR,
    begin_of_hour,
    counted_hour,
    hour_span,
)

READ = """
SELECT hour, sum(answered), sum(unanswered), sum(busy), sum(failed), sum(refused), sum(at_once)
  FROM hooks_callhour WHERE {condition} AND hour >= %(since)s GROUP BY hour ORDER BY hour
"""
LAST_ADDED_UP = "SELECT max(hour) FROM hooks_callhour WHERE tenant_id IS NULL"


class CallHours(NamedTuple):
    """The calls asked for within an hour.

    `at_once`: the most at one moment; of several tenants, each one's most added up.
    """

    hour: datetime
    answered: int = 0
    unanswered: int = 0
    busy: int = 0
    failed: int = 0
    refused: int = 0
    at_once: int = 0


def read_call_hours(tenants: list[int] | None, since: datetime, now: datetime) -> list[CallHours]:
    """From the hour of `since` on, of all tenants where `tenants` is None.

    Hours without calls may be left out.
    """
    added_up = _read_added_up(tenants, begin_of_hour(since))
    last = _last_added_up()
    first = max(last + HOUR, begin_of_hour(since)) if last else begin_of_hour(since)

    return sorted([*added_up, *_count(tenants, first, begin_of_hour(now))])


def _read_added_up(tenants: list[int] | None, since: datetime) -> list[CallHours]:
    condition = "tenant_id IS NULL" if tenants is None else "tenant_id = ANY(%(tenants)s)"

    with connection.cursor() as cursor:
        cursor.execute(READ.format(condition=condition), {"since": since, "tenants": tenants})
        return [CallHours(hour, *map(int, sums)) for hour, *sums in cursor.fetchall()]


def _last_added_up() -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(LAST_ADDED_UP)
        last: datetime | None = cursor.fetchone()[0]
        return last


def _count(tenants: list[int] | None, first: datetime, last: datetime) -> list[CallHours]:
    condition = "true" if tenants is None else "call.tenant_id = ANY(%(tenants)s)"
    queries = counted_hour(counted_for=f"({ALL_TENANTS})", condition=condition)

    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {queries} SELECT hour, {COUNTS} FROM counted_hour",
            {**hour_span(first, last), "tenants": tenants},
        )
        return [CallHours(*row) for row in cursor.fetchall()]
