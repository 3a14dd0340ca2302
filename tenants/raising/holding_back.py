"""What a row would raise is taken out of it before it is saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenants.models import Callee, SipAccount, StreamAlias, Tenant
from tenants.raising.comparing import (
    INTERNAL_RATE,
    LIMITS,
    Change,
    common_destinations,
    effective_destinations,
    leads_out,
    limit_changes,
    raises,
    stream_changes,
)
from tenants.raising.row_fields import place_of, set_field, value_of

CLOSED = f"{LIMITS}concurrent_calls"  # zero closes a callee


def hold_back(row: Any) -> tuple[list[Change], list[Change]]:
    """What the row would raise, which it does not any more; and what else changed.

    The row is not saved yet. A new callee that leads out is stored closed, and a new SIP account
    with a lower rate at the highest rate of the tenant's others.
    """
    if row._state.adding:
        return _close_if_abroad(row) + _keep_internal_rate(row), []

    # A colleague may have changed the row of the database; the page's version says so before.
    stored = type(row)._base_manager.get(pk=row.pk)
    place = place_of(stored)
    raised, others = [], []
    for change in find_changes(stored, row):
        if raises(change, place):
            raised.append(change)
            set_field(row, change.field, _value_meanwhile(stored, change))
        else:
            others.append(change)
    return raised, others


def find_changes(stored: Any, row: Any) -> Iterator[Change]:
    """Of the fields that bear on what can be lost."""
    yield from stream_changes(vars(stored), vars(row))
    if isinstance(row, StreamAlias):
        return
    yield from limit_changes(stored.limits, row.limits)
    if isinstance(row, Tenant):
        yield from _tenant_changes(stored, row)
    elif isinstance(row, Callee):
        if stored.destinations != row.destinations:
            yield Change("destinations", stored.destinations, row.destinations)
        if stored.target != row.target:
            yield Change("target", stored.target, row.target)
    elif isinstance(row, SipAccount) and stored.internal_rate != row.internal_rate:
        yield Change(INTERNAL_RATE, value_of(stored, INTERNAL_RATE), value_of(row, INTERNAL_RATE))


def _tenant_changes(stored: Tenant, row: Tenant) -> Iterator[Change]:
    """What is opened counts, whether it is chosen or the country's."""
    if stored.country != row.country:
        yield Change("country", stored.country, row.country)
    if stored.currency != row.currency and stored.has_prices:
        yield Change("currency", stored.currency, row.currency)
    if stored.destinations == row.destinations:
        return
    # Together with its first country, a tenant may choose that country's numbers again.
    before = effective_destinations(stored.destinations, stored.country)
    after = effective_destinations(row.destinations, stored.country or row.country)
    if before != after:
        yield Change("destinations", before, after)


def _value_meanwhile(stored: Any, change: Change) -> Any:
    """What is closed is closed at once, also where something else is to be opened."""
    if change.field == "destinations":
        common = common_destinations(change.before, change.after)
        is_same = common == common_destinations(change.before, change.before)
        return stored.destinations if is_same else common
    return value_of(stored, change.field)


def _close_if_abroad(row: Any) -> list[Change]:
    if not isinstance(row, Callee) or not leads_out(row.target, place_of(row)):
        return []
    wanted = row.limits.get("concurrent_calls")
    set_field(row, CLOSED, 0)
    return [Change(CLOSED, 0, wanted)]


def _keep_internal_rate(row: Any) -> list[Change]:
    if not isinstance(row, SipAccount):
        return []
    place, wanted = place_of(row), value_of(row, INTERNAL_RATE)
    if not raises(Change(INTERNAL_RATE, None, wanted), place):
        return []
    set_field(row, INTERNAL_RATE, place.internal_rate)
    return [Change(INTERNAL_RATE, place.internal_rate, wanted)]
