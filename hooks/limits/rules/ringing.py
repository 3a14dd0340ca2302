"""So many calls ring at once at one callee."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.limits.meter import Meter
from hooks.reasons import Reason


def limit_ringing(asked: Asked, meter: Meter) -> Reason | None:
    most = asked.facts.callee_ringing_capacity
    return Reason.RINGING_BUSY if most is not None and len(meter.ringing) >= most else None
