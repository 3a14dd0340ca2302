"""What the kill switch keeps off."""

from __future__ import annotations

from clickhook.doctor.finding import Finding, Findings, name_some
from hooks.models import Switch


def check_switches() -> Findings:
    names = list(Switch.objects.filter(off_at=None).values_list("name", flat=True))
    if names:
        remedy = "manage.py kill_switch off … allows calls again."
        yield Finding("switches", False, f"Switched off: {name_some(names)}.", remedy)
    else:
        yield Finding("switches", True, "Nothing is switched off.")
