"""Which tenants have the most trouble: more calls came to nothing than a week ago."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

from hooks.calls.charts.call_hours import CallHours


class TenantDay(NamedTuple):
    """A tenant's calls of today, and those until this time of the same day last week."""

    tenant: int
    today: CallHours
    week_ago: CallHours


def order_worst_first(days: Iterable[TenantDay]) -> list[TenantDay]:
    """By how far today's trouble exceeds the trouble of a week ago.

    Numbers of calls scatter by their square root: 100 calls more than 10,000 weigh as much as
    1 more than none.
    """
    return sorted(days, key=_order)


def trouble(calls: CallHours) -> int:
    """Calls that came to nothing; a busy line did what it should."""
    return calls.failed + calls.refused + calls.unanswered


def _order(day: TenantDay) -> tuple[float, int, int]:
    today, week_ago = trouble(day.today), trouble(day.week_ago)
    excess = (today - week_ago) / sqrt(week_ago + 1)
    return -excess, -today, day.tenant
