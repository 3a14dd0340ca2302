"""A change that would raise a limit becomes a raise that waits."""

from __future__ import annotations

from typing import Any, NamedTuple, Self

from tenants.models import ApiKey, LimitRaise
from tenants.raising.comparing import Change
from tenants.raising.row_fields import tenant_of, value_of


class Asker(NamedTuple):
    name: str
    user: Any = None
    key_holders: list[str] | None = None

    @classmethod
    def of_user(cls, user: Any) -> Self:
        return cls(user.get_username(), user)

    @classmethod
    def of_key(cls, key: ApiKey) -> Self:
        return cls(str(key)[:150], None, [name for name in key.holders if name])


def ask(row: Any, changes: list[Change], asker: Asker) -> list[LimitRaise]:
    """Those that wait already for the same go on waiting."""
    asked = []
    for change in changes:
        waiting = LimitRaise.objects.waiting().about(row).filter(field=change.field)
        former = waiting.first()
        if former is None or former.after != change.after:
            waiting.decide(LimitRaise.Decision.WITHDRAWN, asker.name)
            asked.append(_create(row, change, asker))
    return asked


def cancel(row: Any, changes: list[Change], by: str) -> int:
    """The fields were changed and hold already: what waited for them is given up."""
    fields = [change.field for change in changes]
    waiting = LimitRaise.objects.waiting().about(row).filter(field__in=fields)
    return waiting.decide(LimitRaise.Decision.WITHDRAWN, by)


def _create(row: Any, change: Change, asker: Asker) -> LimitRaise:
    return LimitRaise.objects.create(
        tenant=tenant_of(row),
        thing=row._meta.model_name,
        row_key=str(row.pk),
        row_name=str(row)[:400],
        field=change.field,
        before=value_of(row, change.field),
        after=change.after,
        asked_by=asker.user,
        asked_by_name=asker.name,
        key_holders=asker.key_holders,
    )
