"""Raises whose waiting time is over hold, and those whose end has come are taken back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.audit.acting import acting
from tenants.models import LimitRaise
from tenants.raising.comparing import Change, common_destinations, raises
from tenants.raising.deciding import put_in_force
from tenants.raising.row_fields import comparable, lock_row, place_of, store, value_of

MOST = 1000  # raises that one turn of the worker does


def do_due(may_raise: bool) -> tuple[int, int]:
    """How many hold now because their waiting time was over, and how many fell back."""
    due = LimitRaise.objects.due() if may_raise else LimitRaise.objects.none()
    held = [_do(raised, _elapse) for raised in due[:MOST]]
    fallen = [_do(raised, _fall_back) for raised in LimitRaise.objects.to_fall_back()[:MOST]]
    return sum(held), sum(fallen)


def _do(raised: LimitRaise, act: Any) -> bool:
    """Each in a transaction of its own, in the name of who asked."""
    name = raised.asked_by_name
    with acting("worker", raised.asked_by, name), transaction.atomic():
        return bool(act(raised))


def _elapse(raised: LimitRaise) -> bool:
    return put_in_force(raised, LimitRaise.Decision.ELAPSED, raised.asked_by_name)


def _fall_back(raised: LimitRaise) -> bool:
    """Unless it was lowered to what held before, or raised further since."""
    row = lock_row(raised)
    holding = LimitRaise.objects.to_fall_back().filter(pk=raised.pk).select_for_update()
    if not holding:
        return False

    is_in_force = row is not None and _is_in_force(raised, row)
    if is_in_force:
        store(row, raised.field, _value_at_end(raised, row))
    holding.update(fell_back_at=timezone.now())
    return is_in_force


def _is_in_force(raised: LimitRaise, row: Any) -> bool:
    """Also where somebody took a cent of it back: that would otherwise outlive the end."""
    place = place_of(row)
    before, after, now = (
        comparable(row, raised.field, value)
        for value in (raised.before, raised.after, value_of(row, raised.field))
    )
    is_more_than_before = raises(Change(raised.field, before, now), place)
    return is_more_than_before and not raises(Change(raised.field, after, now), place)


def _value_at_end(raised: LimitRaise, row: Any) -> Any:
    if raised.field != "destinations":
        return raised.before
    before, now = (
        comparable(row, "destinations", value) for value in (raised.before, row.destinations)
    )
    common = common_destinations(before, now)
    return raised.before if common == common_destinations(before, before) else common
