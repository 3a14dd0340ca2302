"""A callee who got many short calls is left in peace for a while."""

from __future__ import annotations

from collections.abc import Sequence

from hooks.limits.asked import Asked
from hooks.limits.meter import MANY_SHORT_CALLS, TEN_MINUTES, Meter
from hooks.reasons import Reason

SHORT = 5  # seconds of talk


def require_cooled_down(asked: Asked, meter: Meter) -> Reason | None:
    cools = cools_down(meter.short_calls, asked.facts.callee_cool_down, asked.clock)
    return Reason.COOLING_DOWN if cools else None


def cools_down(short_calls: Sequence[float], seconds: int | None, now: float) -> bool:
    """`short_calls` are the times at which the last ones ended, the oldest first."""
    if seconds is None or len(short_calls) < MANY_SHORT_CALLS:
        return False
    were_many = short_calls[-1] - short_calls[-MANY_SHORT_CALLS] <= TEN_MINUTES
    return were_many and abs(now - short_calls[-1]) < seconds


def is_short(talked: int | None, rang: float | None, ended_by: str) -> bool:
    """Hung up right after the answer, or abandoned while the phone rang."""
    if talked is None or ended_by not in ("finish", "session"):
        return False
    return 0 < talked <= SHORT or (talked == 0 and rang is not None)
