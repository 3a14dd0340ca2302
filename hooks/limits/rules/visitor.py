"""One visitor calls so often, and so many different callees."""

from __future__ import annotations

from collections.abc import Iterator

from hooks.limits.asked import Asked
from hooks.limits.meter import DAY, HOUR, TEN_MINUTES, Meter
from hooks.reasons import Reason
from tenants.limits import VisitorLimits


def limit_visitor(asked: Asked, meter: Meter, limits: VisitorLimits) -> Reason | None:
    for seconds, most, reason in windows(limits):
        if meter.calls_in(seconds, asked.clock) >= most:
            return reason

    callees = meter.callees_in(HOUR, asked.clock) | {asked.visitors_callee}
    if limits.callees_per_hour is not None and len(callees) > limits.callees_per_hour:
        return Reason.VISITOR_CALLEES
    return None


def windows(limits: VisitorLimits) -> Iterator[tuple[int, int, Reason]]:
    """The length in seconds, the most calls, and why one more is refused."""
    for seconds, most, reason in (
        (TEN_MINUTES, limits.calls_per_10_minutes, Reason.VISITOR_TEN_MINUTES),
        (HOUR, limits.calls_per_hour, Reason.VISITOR_HOUR),
        (DAY, limits.calls_per_day, Reason.VISITOR_DAY),
    ):
        if most is not None:
            yield seconds, most, reason
