"""So many calls live at once."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.limits.meter import Meter
from hooks.reasons import Reason
from tenants.limits import Limits


def limit_concurrent_calls(asked: Asked, meter: Meter, limits: Limits) -> Reason | None:
    most = limits.concurrent_calls
    return Reason.CONCURRENT_CALLS if most is not None and meter.living >= most else None
