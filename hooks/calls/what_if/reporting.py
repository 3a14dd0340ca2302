"""What would have been different under other limits, added up while the calls are replayed."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hooks.calls.what_if.reading import read_past_calls, recorded_calls
from hooks.calls.what_if.trying import tried_limits
from hooks.limits.past_call import PastCall
from hooks.limits.replay import Change, Replay
from hooks.limits.scope import TENANT
from tenants.models import Tenant

MOST_EXAMPLES = 50  # calls, the dearest
TELL_EVERY = 1_000  # calls
QUARTER_HOUR = 900  # seconds
KINDS = ("refused", "ended earlier", "allowed")
Tell = Callable[[int, int], object]  # calls done, of how many


@dataclass(slots=True)
class LimitSum:
    """Of one limit."""

    calls: Counter[str] = field(default_factory=Counter)  # by kind
    money: int = 0
    seconds: int = 0


@dataclass(slots=True)
class Report:
    """Money in millionths of the currency's unit."""

    tenant: Tenant
    since: datetime
    until: datetime
    calls: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    spent: int = 0  # by all calls, as recorded
    saved: int = 0
    by_limit: dict[tuple[str, str], LimitSum] = field(default_factory=lambda: defaultdict(LimitSum))
    days: dict[str, Counter[str]] = field(default_factory=dict)
    _dearest: list[tuple[int, int, Change]] = field(default_factory=list)
    _changes: int = 0

    @property
    def examples(self) -> list[Change]:
        """The dearest first."""
        return [change for *_, change in sorted(self._dearest, key=lambda one: -one[0])]

    def count_call(self, call: PastCall) -> None:
        if not call.was_allowed:
            return
        self.calls += 1
        self.spent += call.real_cost
        self._day(call)["calls"] += 1

    def count_change(self, change: Change) -> None:
        self.kinds[change.kind] += 1
        self._day(change.call)[change.kind] += 1
        if change.kind == "allowed":
            return

        self.saved += change.money
        limit = self.by_limit[change.reason.value, _group(change.scope)]
        limit.calls[change.kind] += 1
        limit.money += change.money
        limit.seconds += change.seconds
        self._keep_dearest(change)

    def _day(self, call: PastCall) -> Counter[str]:
        return self.days[_find_day(call.asked_at // QUARTER_HOUR, self.tenant.time_zone)]

    def _keep_dearest(self, change: Change) -> None:
        self._changes += 1
        heapq.heappush(self._dearest, (change.money, -self._changes, change))
        if len(self._dearest) > MOST_EXAMPLES:
            heapq.heappop(self._dearest)


def replay_calls(
    tenant: Tenant,
    limits: Mapping[str, Any],
    days: int,
    now: datetime,
    tell: Tell = lambda done, total: None,
) -> Report:
    """`limits` by scope, and valid."""
    since = now - timedelta(days=days)
    report = Report(tenant, since, now, days=_empty_days(tenant, since, now))
    begin = begin_of_replay(tenant, limits, now, days)
    total = recorded_calls(tenant, begin, now).count()

    replayed = Replay(tried_limits(tenant, limits)).run(
        _count_calls(read_past_calls(tenant, begin, now), report, total, tell)
    )
    for change in replayed:
        if change.call.asked_at >= since.timestamp():
            report.count_change(change)
    return report


def _count_calls(
    calls: Iterable[PastCall], report: Report, total: int, tell: Tell
) -> Iterator[PastCall]:
    for number, call in enumerate(calls, 1):
        if number % TELL_EVERY == 0:
            tell(number, total)
        if call.asked_at >= report.since.timestamp():
            report.count_call(call)
        yield call


def begin_of_replay(
    tenant: Tenant, limits: Mapping[str, Any], now: datetime, days: int
) -> datetime:
    """Before the first day of the report: by then days and months have used something up."""
    since = now - timedelta(days=days)
    if any(name.endswith("_per_month") for limit in limits.values() for name in limit):
        local = since.astimezone(ZoneInfo(tenant.time_zone))
        return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return since - timedelta(days=1)


@lru_cache(maxsize=50_000)
def _find_day(quarter_hour: float, time_zone: str) -> str:
    """No day of any time zone begins within a quarter of an hour."""
    return datetime.fromtimestamp(quarter_hour * QUARTER_HOUR, ZoneInfo(time_zone)).isoformat()[:10]


def _empty_days(tenant: Tenant, since: datetime, until: datetime) -> dict[str, Counter[str]]:
    zone = ZoneInfo(tenant.time_zone)
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    return {
        str(first + timedelta(days=number)): Counter() for number in range((last - first).days + 1)
    }


def _group(scope: str) -> str:
    """All visitors together: there may be very many."""
    return "each visitor" if scope.startswith("visitor ") else scope or TENANT
