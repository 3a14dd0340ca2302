"""Raises of limits: held back when a page is saved, confirmed, done when due, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tenants.audit.acting import acting
from tenants.limits_changed import limits_changed
from tenants.models import ApiKey, Callee, Domain, LimitRaise, SipAccount, StreamAlias, Tenant
from tenants.raises import (
    INTERNAL_RATE,
    LIMITS,
    Change,
    Place,
    common_destinations,
    effective_destinations,
    leads_out,
    limit_changes,
    raises,
    stream_changes,
    with_limit,
)

MODELS: dict[str, Any] = {
    "tenant": Tenant,
    "domain": Domain,
    "callee": Callee,
    "sipaccount": SipAccount,
    "streamalias": StreamAlias,
}
MOST = 1000  # raises that one turn of the worker does
CLOSED = f"{LIMITS}concurrent_calls"  # zero closes a callee


class Asker(NamedTuple):
    name: str
    user: Any = None
    key_holders: list[str] | None = None


def asker_of_user(user: Any) -> Asker:
    return Asker(user.get_username(), user)


def asker_of_key(key: ApiKey) -> Asker:
    return Asker(str(key)[:150], None, key.holders)


def tenant_of(row: Any) -> Tenant:
    tenant: Tenant = row if isinstance(row, Tenant) else row.tenant
    return tenant


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
        yield Change(INTERNAL_RATE, _value(stored, INTERNAL_RATE), _value(row, INTERNAL_RATE))


def hold_back(row: Any) -> tuple[list[Change], list[Change]]:
    """What the row would raise, which it does not any more; and what else changed.

    The row is not saved yet. A new callee that leads out is stored closed.
    """
    if row._state.adding:
        return _close_if_abroad(row), []

    # A colleague may have changed the row of the database; the page's version says so before.
    stored = type(row)._base_manager.get(pk=row.pk)
    place = _place_of(stored)
    raised, others = [], []
    for change in find_changes(stored, row):
        if raises(change, place):
            raised.append(change)
            set_field(row, change.field, _value_meanwhile(stored, change))
        else:
            others.append(change)
    return raised, others


def ask(row: Any, changes: list[Change], asker: Asker) -> list[LimitRaise]:
    """Those that wait already for the same go on waiting."""
    asked = []
    for change in changes:
        waiting = LimitRaise.objects.waiting().about(row).filter(field=change.field)
        former = waiting.first()
        if former is None or former.after != change.after:
            _decide(waiting, LimitRaise.Decision.WITHDRAWN, asker.name)
            asked.append(_create(row, change, asker))
    return asked


def cancel(row: Any, changes: list[Change], by: str) -> int:
    """The fields were changed and hold already: what waited for them is given up."""
    fields = [change.field for change in changes]
    waiting = LimitRaise.objects.waiting().about(row).filter(field__in=fields)
    return _decide(waiting, LimitRaise.Decision.WITHDRAWN, by)


@transaction.atomic
def confirm(raised: LimitRaise, by: str) -> bool:
    """Whether it holds now."""
    return _put_in_force(raised, LimitRaise.Decision.CONFIRMED, by)


@transaction.atomic
def withdraw(raised: LimitRaise, by: str) -> bool:
    waiting = LimitRaise.objects.waiting().filter(pk=raised.pk)
    return bool(_decide(waiting, LimitRaise.Decision.WITHDRAWN, by))


def set_end(raised: LimitRaise, ends_at: datetime | None) -> bool:
    """Whether it may: what holds already can only be taken back earlier."""
    rows = LimitRaise.objects.filter(pk=raised.pk, fell_back_at=None)
    holding = rows.filter(decision__in=LimitRaise.HOLDS)
    if ends_at is not None:
        later = Q(ends_at=None) | Q(ends_at__gte=ends_at)
        rows = rows.filter(Q(decision="") | Q(pk__in=holding.filter(later).values("pk")))
    else:
        rows = rows.waiting()
    return bool(rows.update(ends_at=ends_at))


def do_due() -> tuple[int, int]:
    """How many hold now because their waiting time was over, and how many fell back."""
    held = [_do(raised, _elapse) for raised in LimitRaise.objects.due()[:MOST]]
    fallen = [_do(raised, _fall_back) for raised in LimitRaise.objects.to_fall_back()[:MOST]]
    return sum(held), sum(fallen)


def _do(raised: LimitRaise, act: Any) -> bool:
    """Each in a transaction of its own, in the name of who asked."""
    name = raised.asked_by_name
    with acting("worker", raised.asked_by, name), transaction.atomic():
        return bool(act(raised))


def _elapse(raised: LimitRaise) -> bool:
    return _put_in_force(raised, LimitRaise.Decision.ELAPSED, raised.asked_by_name)


def _put_in_force(raised: LimitRaise, decision: LimitRaise.Decision, by: str) -> bool:
    row = _lock_row(raised)
    waiting = LimitRaise.objects.waiting().filter(pk=raised.pk).select_for_update()
    if not waiting:
        return False
    if row is None or _value(row, raised.field) != raised.before:
        _decide(waiting, LimitRaise.Decision.OVERTAKEN, by)
        return False

    _store(row, raised.field, raised.after)
    return bool(_decide(waiting, decision, by))


def _fall_back(raised: LimitRaise) -> bool:
    """Unless it was lowered to what held before, or raised further since."""
    row = _lock_row(raised)
    holding = LimitRaise.objects.to_fall_back().filter(pk=raised.pk).select_for_update()
    if not holding:
        return False

    is_in_force = row is not None and _is_in_force(raised, row)
    if is_in_force:
        _store(row, raised.field, _value_at_end(raised, row))
    holding.update(fell_back_at=timezone.now())
    return is_in_force


def _is_in_force(raised: LimitRaise, row: Any) -> bool:
    """Also where somebody took a cent of it back: that would otherwise outlive the end."""
    place = _place_of(row)
    before, after, now = (
        _comparable(row, raised.field, value)
        for value in (raised.before, raised.after, _value(row, raised.field))
    )
    is_more_than_before = raises(Change(raised.field, before, now), place)
    return is_more_than_before and not raises(Change(raised.field, after, now), place)


def _value_at_end(raised: LimitRaise, row: Any) -> Any:
    if raised.field != "destinations":
        return raised.before
    before, now = (
        _comparable(row, "destinations", value) for value in (raised.before, row.destinations)
    )
    common = common_destinations(before, now)
    return raised.before if common == common_destinations(before, before) else common


def _comparable(row: Any, field: str, value: Any) -> Any:
    is_tenants = field == "destinations" and isinstance(row, Tenant)
    return effective_destinations(value, row.country) if is_tenants else value


def _lock_row(raised: LimitRaise) -> Any:
    """None where it was deleted."""
    rows = MODELS[raised.thing]._base_manager.filter(pk=raised.row_key)
    return rows.select_for_update(no_key=True).first()


def _store(row: Any, field: str, value: Any) -> None:
    set_field(row, field, value)
    row.save(update_fields=[field.partition(".")[0]])
    limits_changed.send(type(row), tenant_ids=[tenant_of(row).pk])


def set_field(row: Any, field: str, value: Any) -> None:
    if field.startswith(LIMITS):
        row.limits = with_limit(row.limits, field, value)
    elif field == INTERNAL_RATE:
        row.internal_rate = None if value is None else Decimal(value)
    else:
        setattr(row, field, value)


def _value(row: Any, field: str) -> Any:
    """As it is stored with a raise, in JSON."""
    if field == INTERNAL_RATE:
        return None if row.internal_rate is None else str(row.internal_rate)
    if not field.startswith(LIMITS):
        return getattr(row, field)
    value = row.limits
    for name in field.removeprefix(LIMITS).split("."):
        value = value.get(name) if value else None
    return value


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
    return _value(stored, change.field)


def _close_if_abroad(row: Any) -> list[Change]:
    if not isinstance(row, Callee) or not leads_out(row.target, _place_of(row)):
        return []
    wanted = row.limits.get("concurrent_calls")
    set_field(row, CLOSED, 0)
    return [Change(CLOSED, 0, wanted)]


def _place_of(row: Any) -> Place:
    tenant, callee = tenant_of(row), row.destinations if isinstance(row, Callee) else None
    return Place(tenant.country, tenant.destinations, callee)


def _create(row: Any, change: Change, asker: Asker) -> LimitRaise:
    return LimitRaise.objects.create(
        tenant=tenant_of(row),
        thing=row._meta.model_name,
        row_key=str(row.pk),
        row_name=str(row)[:400],
        field=change.field,
        before=_value(row, change.field),
        after=change.after,
        asked_by=asker.user,
        asked_by_name=asker.name,
        key_holders=asker.key_holders,
    )


def _decide(raised: Any, decision: LimitRaise.Decision, by: str) -> int:
    number: int = raised.update(decision=decision, decided_by=by[:150], decided_at=timezone.now())
    return number
