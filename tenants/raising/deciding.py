"""A raise that waits is confirmed or withdrawn, and may end by itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tenants.models import LimitRaise
from tenants.raising.row_fields import lock_row, store, value_of


@transaction.atomic
def confirm(raised: LimitRaise, by: str) -> bool:
    """Whether it holds now."""
    return put_in_force(raised, LimitRaise.Decision.CONFIRMED, by)


@transaction.atomic
def withdraw(raised: LimitRaise, by: str) -> bool:
    waiting = LimitRaise.objects.waiting().filter(pk=raised.pk)
    return bool(waiting.decide(LimitRaise.Decision.WITHDRAWN, by))


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


def put_in_force(raised: LimitRaise, decision: LimitRaise.Decision, by: str) -> bool:
    row = lock_row(raised)
    waiting = LimitRaise.objects.waiting().filter(pk=raised.pk).select_for_update()
    if not waiting:
        return False
    if row is None or value_of(row, raised.field) != raised.before:
        waiting.decide(LimitRaise.Decision.OVERTAKEN, by)
        return False

    store(row, raised.field, raised.after)
    return bool(waiting.decide(decision, by))
