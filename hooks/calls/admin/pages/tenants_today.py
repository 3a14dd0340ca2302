"""The tenants of the start page, worst first, with today's calls beside those of a week ago."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

from django.db.models import QuerySet

from hooks.calls.admin.lists.paging import LOOKED_THROUGH_SPARSE
from hooks.calls.admin.pages.today import WEEK
from hooks.calls.charts.call_hours import CallHours, read_calls_by_tenant
from hooks.calls.charts.figures import OUTCOMES
from hooks.calls.trouble import TenantDay, order_worst_first
from hooks.models import Call
from hooks.reasons import Decision
from tenants.models import Tenant

MAX_TENANTS = 10
MAX_COMPARED = 200  # tenants: those with most trouble among the newest calls
COUNTED = ("calls", "answered", "unanswered", "failed", "refused")
ANSWERED_OR_BUSY = {Call.EndedBy.BUSY.value, ""}  # and no trouble


class TenantToday(NamedTuple):
    tenant: Tenant
    numbers: list[tuple[str, str]]  # of what is COUNTED, today and a week ago


def worst_tenants(tenants: list[int] | None, now: datetime) -> list[TenantToday]:
    """Of all tenants where `tenants` is None. Days are those of UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    compared = _tenants_with_trouble(tenants, midnight)
    today = read_calls_by_tenant(compared, midnight, now)
    week_ago = read_calls_by_tenant(compared, midnight - WEEK, now - WEEK)

    none = CallHours(midnight)
    days = [
        TenantDay(tenant, today.get(tenant, none), week_ago.get(tenant, none))
        for tenant in compared
    ]
    worst = order_worst_first(days)[:MAX_TENANTS]
    named = Tenant.objects.in_bulk([day.tenant for day in worst])
    return [TenantToday(named[day.tenant], _numbers(day)) for day in worst if day.tenant in named]


def _tenants_with_trouble(tenants: list[int] | None, since: datetime) -> list[int]:
    """Those with most trouble among the newest calls and the newest refused calls."""
    calls = Call.objects.filter(asked_at__gte=since)
    if tenants is not None:
        calls = calls.filter(tenant__in=tenants)

    trouble: Counter[int] = Counter()
    for tenant, answered_at, ended_by in _newest(calls):
        trouble[tenant] += answered_at is None and ended_by not in ANSWERED_OR_BUSY
    for tenant, *_ in _newest(calls.filter(decision=Decision.REFUSED)):
        trouble[tenant] += 1
    return [tenant for tenant, _ in trouble.most_common(MAX_COMPARED)]


def _newest(calls: QuerySet[Call]) -> QuerySet[Call, tuple[int, datetime | None, str]]:
    ordered = calls.order_by("-asked_at").values_list("tenant", "answered_at", "ended_by")
    return ordered[:LOOKED_THROUGH_SPARSE]


def _numbers(day: TenantDay) -> list[tuple[str, str]]:
    return [(_number(day.today, name), _number(day.week_ago, name)) for name in COUNTED]


def _number(calls: CallHours, name: str) -> str:
    if name == "calls":
        return f"{sum(getattr(calls, outcome) for outcome in OUTCOMES):,}"
    return f"{getattr(calls, name):,}"
