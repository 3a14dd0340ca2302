"""What the kill switch keeps off, and tenants on their way to another cell."""

from __future__ import annotations

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.models import Switch, TenantMove


def check_switches() -> Findings:
    names = [switch.name for switch in Switch.objects.filter(off_at=None) if not switch.is_of_move]
    moving = list(TenantMove.objects.under_way().values_list("slug", flat=True))
    if moving:
        sentence = f"No call is allowed while they move to another cell: {name_some(moving)}."
        remedy = "manage.py move_tenant status tells how far each is; go on with it, or undo it."
        yield Finding("switches", False, sentence, remedy)
    if names:
        remedy = "manage.py kill_switch off … --because … allows calls again."
        yield Finding("switches", False, f"Switched off: {name_some(names)}.", remedy)
    elif not moving:
        yield Finding("switches", True, "Nothing is switched off.")
