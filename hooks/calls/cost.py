"""What a call costs, or has cost so far while it lives."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

from hooks.limits.pricing import Rate, price
from hooks.models import Call


def cost_of_call(call: Call, now: datetime) -> int | None:
    """In millionths; None where nobody knows the rate or how long it lasted."""
    if call.cost is not None:
        return call.cost
    rate = read_rate((call.reservation or {}).get("rate"))
    if rate is None or call.answered_at is None or call.ended_by == Call.EndedBy.REAPER:
        return None
    talked = (call.ended_at or now) - call.answered_at
    return price(rate, math.ceil(talked.total_seconds()))


def read_rate(stored: Any) -> Rate | None:
    """`stored`: a reservation's, as JSON text or read already."""
    values = json.loads(stored) if isinstance(stored, str) else stored
    return Rate(*values) if values else None
