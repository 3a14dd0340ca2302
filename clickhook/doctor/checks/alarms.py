"""Alarms that nobody has cleared, and calls that do not end."""

from __future__ import annotations

from clickhook.doctor.finding import Finding, Findings
from hooks.models import Alarm, Ending

MANY_TRIES = 4


def check_alarms() -> Findings:
    number = Alarm.objects.filter(cleared_at=None).count()
    if number:
        remedy = "Look at them in the admin under Alarms, and clear them."
        yield Finding("alarms", False, f"{number} alarms were not cleared.", remedy)
    else:
        yield Finding("alarms", True, "No alarm is open.")

    late = Ending.objects.filter(done_at=None, tries__gte=MANY_TRIES).count()
    if late:
        remedy = "See the REST API of their instances."
        yield Finding("alarms", False, f"{late} calls do not end although WCS was asked.", remedy)
