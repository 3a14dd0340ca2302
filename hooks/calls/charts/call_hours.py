"""Calls by the hour: hours that were added up before, and the hours since, counted on the spot."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

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
READ_BY_TENANT = """
SELECT tenant_id, sum(answered), sum(unanswered), sum(busy), sum(failed), sum(refused), max(at_once)
  FROM {hours} AND hour BETWEEN %(since)s AND %(until)s GROUP BY tenant_id
"""
ADDED_UP_OF_TENANTS = "hooks_callhour WHERE tenant_id = ANY(%(tenants)s)"
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
    first = _first_to_count(since)

    return sorted([*added_up, *_count(tenants, first, begin_of_hour(now))])


def read_calls_by_tenant(
    tenants: list[int], since: datetime, now: datetime
) -> dict[int, CallHours]:
    """The calls of each of these tenants from the hour of `since` until `now`, added up.

    Tenants without calls are left out.
    """
    first = _first_to_count(since)
    queries = counted_hour("(recent.tenant_id)", "call.tenant_id = ANY(%(tenants)s)")
    until = begin_of_hour(now)
    values: dict[str, Any] = {"tenants": tenants, "since": begin_of_hour(since), "until": until}

    with connection.cursor() as cursor:
        cursor.execute(READ_BY_TENANT.format(hours=ADDED_UP_OF_TENANTS), values)
        records = cursor.fetchall()
        if first <= until:
            counted = READ_BY_TENANT.format(hours="counted_hour WHERE true")
            cursor.execute(f"WITH {queries} {counted}", values | hour_span(first, until))
            records += cursor.fetchall()
    return _added_together(since, records)


def _added_together(since: datetime, records: list[Any]) -> dict[int, CallHours]:
    calls: dict[int, CallHours] = {}
    for tenant, *numbers in records:
        *before, at_once = calls.get(tenant, CallHours(since))[1:]
        *sums, most = map(int, numbers)
        together = [one + other for one, other in zip(before, sums, strict=True)]
        calls[tenant] = CallHours._make([since, *together, max(at_once, most)])
    return calls


def _read_added_up(tenants: list[int] | None, since: datetime) -> list[CallHours]:
    condition = "tenant_id IS NULL" if tenants is None else "tenant_id = ANY(%(tenants)s)"

    with connection.cursor() as cursor:
        cursor.execute(READ.format(condition=condition), {"since": since, "tenants": tenants})
        return [CallHours(hour, *map(int, sums)) for hour, *sums in cursor.fetchall()]


def _first_to_count(since: datetime) -> datetime:
    """The first hour from `since` on that is not added up."""
    last = _last_added_up()
    return max(last + HOUR, begin_of_hour(since)) if last else begin_of_hour(since)


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
