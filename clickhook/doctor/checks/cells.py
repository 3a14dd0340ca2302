"""Whether new ids are of this cell's range: otherwise a tenant that moves meets rows of another."""

from __future__ import annotations

from django.conf import settings

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.cells.id_ranges import IdRange, sequences

REMEDY = "Compare CLICKHOOK_CELL with the other gateways' value, then run manage.py migrate."


def check_cell() -> Findings:
    cell, found = settings.CLICKHOOK_CELL, sequences()
    ids = IdRange.of(cell)

    if elsewhere := [one.table for one in found if not one.keeps_to(ids)]:
        sentence = f"New ids of {name_some(elsewhere)} are not of cell {cell}."
        yield Finding("cell", False, sentence, REMEDY)
    else:
        yield Finding("cell", True, f"New ids are of cell {cell}.")

    if nearly := [one.table for one in found if one.is_nearly_used_up(ids)]:
        sentence = f"Nine tenths of the ids of {name_some(nearly)} are used up."
        yield Finding("cell", False, sentence, "Begin a new cell before they end.")
