"""The limits of a tenant and of what it owns, each with a bar of its use at this moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from hooks.limits.meter import Meter
from hooks.limits.scope import TENANT, UNKNOWN_VISITORS, halve_limits
from hooks.limits.use import Use, use
from hooks.limits.use_text import LABELS, describe_use, format_limit
from hooks.models import Meter as StoredMeter
from tenants.limits import BadLimits, Limits, VisitorLimits, parse_limits
from tenants.models import Tenant

MOST_OWNERS = 20  # of each kind
NEARLY = 80  # percent
WITHOUT_BAR = ("call_seconds", "price_per_minute")


class Bar(NamedTuple):
    label: str
    text: str
    used: int
    most: int
    state: str  # a word, empty while there is enough


class LimitGroup(NamedTuple):
    title: str
    bars: list[Bar]
    texts: list[str]  # of limits that nothing uses up
    problem: str = ""


class LimitsOverview(NamedTuple):
    groups: list[LimitGroup]
    more: int  # domains, accounts and callees that have limits too


class _Owner(NamedTuple):
    title: str
    scope: str  # of its meter
    limits: Mapping[str, Any]


def build_limit_bars(tenant: Tenant, now: datetime) -> LimitsOverview:
    owners, more = _read_owners(tenant)
    states = _read_states(tenant, [owner.scope for owner in owners])
    local = now.astimezone(ZoneInfo(tenant.time_zone))
    groups = [
        _build_group(owner, Meter.from_json(states.get(owner.scope, {})), local, tenant)
        for owner in owners
    ]
    return LimitsOverview([group for group in groups if group.bars or group.texts], more)


def _read_owners(tenant: Tenant) -> tuple[list[_Owner], int]:
    """The tenant itself comes first, and how many more there are than are shown."""
    owners, more = [_Owner("The whole tenant", TENANT, tenant.limits)], 0
    if tenant.tickets == Tenant.Tickets.PREFERRED and tenant.limits:
        title = "All visitors who cannot be told apart"
        owners.append(_Owner(title, UNKNOWN_VISITORS, tenant.limits))

    for word, name, rows in (
        ("domain", "origin", tenant.domains.order_by("origin")),
        ("account", "login", tenant.sip_accounts.order_by("login")),
        ("callee", "alias", tenant.callees.order_by("alias")),
    ):
        limited = _limited(rows)
        more += max(limited.count() - MOST_OWNERS, 0)
        for row in limited[:MOST_OWNERS]:
            title = f"{'SIP account' if word == 'account' else word.title()} {getattr(row, name)}"
            owners.append(_Owner(title, f"{word} {row.pk}", row.limits))
    return owners, more


def _limited(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(limits={})


def _read_states(tenant: Tenant, scopes: list[str]) -> dict[str, Any]:
    meters = StoredMeter.objects.filter(tenant=tenant, scope__in=scopes)
    return dict(meters.values_list("scope", "state"))


def _build_group(owner: _Owner, meter: Meter, local: datetime, tenant: Tenant) -> LimitGroup:
    try:
        limits = parse_limits(owner.limits)
    except BadLimits as error:
        return LimitGroup(owner.title, [], ["cannot be read"], str(error))
    if owner.scope == UNKNOWN_VISITORS:
        limits = halve_limits(limits)._replace(call_seconds=None, price_per_minute=None)

    at = local.astimezone(UTC).timestamp()
    uses = use(meter, limits, at, f"{local:%Y-%m-%d}", f"{local:%Y-%m}")
    bars = [_build_bar(one, tenant.currency) for one in uses]
    return LimitGroup(owner.title, bars, list(_write_limits(limits, tenant.currency)))


def _build_bar(one: Use, currency: str) -> Bar:
    return Bar(LABELS[one.limit], describe_use(one, currency), one.used, one.most, _state(one))


def _state(one: Use) -> str:
    if one.most == 0:
        return "closed"
    if one.percent >= 100:
        return "used up"
    return "nearly used up" if one.percent >= NEARLY else ""


def _write_limits(limits: Limits, currency: str) -> Iterator[str]:
    for name in WITHOUT_BAR:
        most = getattr(limits, name)
        if most is not None:
            yield f"{LABELS[name]}: {format_limit(name, most, currency)}"

    visitor = limits.visitor
    if visitor == VisitorLimits():
        return
    texts = [
        f"{LABELS[name].lower()}: {most:,}"
        for name, most in visitor._asdict().items()
        if most is not None
    ]
    yield f"Each visitor: {', '.join(texts)}"
