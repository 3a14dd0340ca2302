"""What bears on the most that a tenant can lose, read from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from hooks.limits.pricing import FREE, Rate
from hooks.limits.worst_case import Exposure, WorstCase, find_worst_case
from tenants.limits import BadLimits, Limits, parse_limits
from tenants.models import Tenant
from tenants.money import MICROS
from tenants.raising.comparing import effective_destinations

BATCH = 1000  # tenants


def worst_case_of(tenant: Tenant) -> WorstCase | None:
    """As the instance says, which may not be stored yet; None where a limit cannot be read.

    Then every call is refused.
    """
    try:
        return find_worst_case(read_exposure(tenant))
    except BadLimits:
        return None


def read_exposure(tenant: Tenant) -> Exposure:
    """Raises BadLimits."""
    limits = parse_limits(tenant.limits)
    if tenant._state.adding:
        return Exposure(limits, FREE)
    return Exposure(
        tenant=limits,
        rate=_highest_rate(tenant),
        domains=_limits_of_all(tenant.domains.all()),
        accounts=_limits_of_all(tenant.sip_accounts.filter(enabled=True)),
        callees=_limits_of_all(tenant.callees.all()),
    )


def find_unbounded(tenants: QuerySet[Tenant]) -> Iterator[tuple[str, str]]:
    """The slug and what is missing; most tenants are bounded by their own limits, unasked."""
    for tenant in tenants.iterator(BATCH):
        if not _is_bounded_alone(tenant):
            worst = worst_case_of(tenant)
            if worst and worst.missing:
                yield tenant.slug, worst.missing


def find_unbounded_ids(tenant_ids: Iterable[int]) -> Iterator[tuple[str, str]]:
    yield from find_unbounded(Tenant.objects.filter(pk__in=list(tenant_ids)).order_by("slug"))


def _is_bounded_alone(tenant: Tenant) -> bool:
    try:
        return not find_worst_case(Exposure(parse_limits(tenant.limits), FREE)).missing
    except BadLimits:
        return True


def _limits_of_all(rows: QuerySet[Any]) -> list[Limits]:
    """None where one row has no limit at all: then they bound nothing together."""
    if rows.filter(limits={}).exists():
        return []
    return [parse_limits(limits) for limits in rows.values_list("limits", flat=True)]


def _highest_rate(tenant: Tenant) -> Rate:
    """Of calls to public numbers that are open, and of those inside."""
    rates: Any = tenant.rates.filter(currency=tenant.currency)
    countries = _open_countries(tenant)
    deck = (rates if countries is None else rates.in_countries(countries)).highest()
    inside = tenant.sip_accounts.filter(enabled=True).aggregate(price=Max("internal_rate"))
    internal = int((inside["price"] or Decimal(0)) * MICROS)

    per_minute = max(deck["per_minute"] or 0, internal)
    increments = deck["first_increment"] or 1, deck["next_increment"] or 1
    return Rate(per_minute, deck["connect_fee"] or 0, *increments)


def _open_countries(tenant: Tenant) -> set[str] | None:
    """None: a callee may have a number of no known country."""
    opened = effective_destinations(tenant.destinations, tenant.country)
    countries = set(opened["countries"])
    for own in tenant.callees.filter(destinations__isnull=False).values_list(
        "destinations", flat=True
    ):
        if {"invalid", "satellite"} & {*own["types"]}:
            return None
        countries |= {*own["countries"]}
    return countries
