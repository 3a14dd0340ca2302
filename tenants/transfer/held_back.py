"""What an API key would raise: held back in each row, asked for when the rows are written."""

from __future__ import annotations

from typing import NamedTuple

from django.core.exceptions import ObjectDoesNotExist

from tenants.models import ApiKey, LimitRaise
from tenants.raising.asking import Asker, ask, cancel
from tenants.raising.comparing import Change
from tenants.raising.holding_back import hold_back
from tenants.raising.row_fields import MODELS
from tenants.transfer.rows import Row
from tenants.transfer.tables import CALLEE, TENANT
from tenants.transfer.writing.applying import Raced


class HeldBack(NamedTuple):
    row: Row
    raised: list[Change]
    others: list[Change]


def hold_back_rows(rows: list[Row]) -> list[HeldBack]:
    """The records are changed, so this comes before they are staged."""
    return [
        _hold_back(row)
        for row in rows
        if isinstance(row.record, tuple(MODELS.values()))
        and (row.differences or (row.is_new and row.table is not TENANT))
    ]


def ask_for_rows(held_back: list[HeldBack], key: ApiKey) -> list[LimitRaise]:
    """Those that wait already for the same are among them."""
    asker = Asker.of_key(key)
    waiting: list[LimitRaise] = []
    for row, raised, others in held_back:
        cancel(row.record, others, asker.name)
        ask(row.record, raised, asker)
        fields = [change.field for change in raised]
        waiting += LimitRaise.objects.waiting().about(row.record).filter(field__in=fields)
    return waiting


def _hold_back(row: Row) -> HeldBack:
    try:
        raised, others = hold_back(row.record)
    except ObjectDoesNotExist:
        raise Raced from None
    if row.table is CALLEE and raised:
        row.record.set_number()  # of the target that stays
    return HeldBack(row, raised, others)
