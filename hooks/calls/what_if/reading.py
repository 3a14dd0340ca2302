"""Streams a tenant's recorded calls as the replay takes them, with bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from hooks.calls.cost import read_rate
from hooks.limits.past_call import PastCall
from hooks.limits.pricing import Rate
from hooks.limits.use import LENGTHS
from hooks.models import Call
from hooks.reasons import Decision, Reason
from tenants.destinations import Destination, read_destination
from tenants.models import Tenant
from tenants.money import MICROS

CHUNK = 2_000  # rows
LIMIT_REASONS = [
    *LENGTHS,
    Reason.VISITOR_TEN_MINUTES,
    Reason.VISITOR_HOUR,
    Reason.VISITOR_DAY,
    Reason.VISITOR_CALLEES,
    Reason.PRICE_CEILING,
]
_FIELDS = (
    "pk",
    "asked_at",
    "answered_at",
    "ended_at",
    "ended_by",
    "decision",
    "visitor",
    "alias",
    "target",
    "cost",
    "reservation",
    "session__ticketed",
    "session__domain_id",
    "session__sip_account_id",
)


def recorded_calls(tenant: Tenant, since: datetime, until: datetime) -> QuerySet[Call]:
    """Those that were allowed, or that a limit refused."""
    decided = Q(decision=Decision.ALLOWED) | Q(reason__in=LIMIT_REASONS)
    return Call.objects.filter(decided, tenant=tenant, asked_at__gte=since, asked_at__lt=until)


def read_past_calls(tenant: Tenant, since: datetime, until: datetime) -> Iterator[PastCall]:
    rows = recorded_calls(tenant, since, until).order_by("asked_at").values(*_FIELDS)
    present = _Present(tenant)
    for row in rows.iterator(CHUNK):
        yield _past_call(row, present, until)


class _Present:
    """The tenant's callees, accounts and rates as they are now."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        callees = tenant.callees.values_list("alias", "pk", "target", "default")
        self._callees = {alias: (key, target) for alias, key, target, _ in callees}
        default = [(key, target) for _, key, target, is_default in callees if is_default]
        self._default = default[0] if default else (0, "")
        accounts = tenant.sip_accounts.values_list("pk", "internal_rate")
        self._internal_rates = {str(key): rate for key, rate in accounts}
        self.find_rate = lru_cache(maxsize=50_000)(self._find_rate)

    def callee(self, alias: str) -> tuple[int, str]:
        """The key and the target; of an alias that is gone, 0 and nothing."""
        return self._callees.get(alias, (0, "")) if alias else self._default

    def destination(self, target: str) -> Destination:
        return read_destination(target, self._tenant.country)

    def _find_rate(self, destination: Destination, account: str | None) -> Rate | None:
        if destination.kind == "internal":
            per_minute = self._internal_rates.get(account or "")
            return None if per_minute is None else Rate(int(per_minute * MICROS))

        rate = self._tenant.rates.matching(destination.number).first()
        if rate is None or rate.currency != self._tenant.currency:
            return None
        return Rate(rate.per_minute, rate.connect_fee, rate.first_increment, rate.next_increment)


def _past_call(row: dict[str, Any], present: _Present, until: datetime) -> PastCall:
    callee, target = present.callee(row["alias"])
    account = str(row["session__sip_account_id"]) if row["session__sip_account_id"] else None
    destination = present.destination(row["target"] or target)
    reservation = row["reservation"] or {}
    recorded = read_rate(reservation.get("rate"))
    ended_at = row["ended_at"] or until
    return PastCall(
        id=str(row["pk"]),
        asked_at=row["asked_at"].timestamp(),
        answered_at=row["answered_at"].timestamp() if row["answered_at"] else None,
        ended_at=max(ended_at, row["asked_at"]).timestamp(),
        is_end_known=row["ended_by"] != Call.EndedBy.REAPER,
        was_allowed=row["decision"] == Decision.ALLOWED,
        visitor=row["visitor"],
        ticketed=row["session__ticketed"],
        domain_id=row["session__domain_id"],
        account_id=account,
        callee_id=int(reservation.get("callee") or callee),  # it may have been a fallback
        alias=row["alias"],
        destination=destination,
        rate=recorded or present.find_rate(destination, account),
        cost=row["cost"],
    )
