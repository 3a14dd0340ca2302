"""So many calls in a second, a minute, an hour, a day, each in a sliding window."""

from __future__ import annotations

from collections.abc import Iterator

from hooks.limits.asked import Asked
from hooks.limits.meter import DAY, HOUR, MINUTE, SECOND, Meter
from hooks.reasons import Reason
from tenants.limits import Limits


def limit_calls_in_time(asked: Asked, meter: Meter, limits: Limits) -> Reason | None:
    for seconds, most, reason in windows(limits):
        if meter.calls_in(seconds, asked.clock) >= most:
            return reason
    return None


def windows(limits: Limits) -> Iterator[tuple[int, int, Reason]]:
    """The length in seconds, the most calls, and why one more is refused."""
    for seconds, most, reason in (
        (SECOND, limits.calls_per_second, Reason.CALLS_PER_SECOND),
        (MINUTE, limits.calls_per_minute, Reason.CALLS_PER_MINUTE),
        (HOUR, limits.calls_per_hour, Reason.CALLS_PER_HOUR),
        (DAY, limits.calls_per_day, Reason.CALLS_PER_DAY),
    ):
        if most is not None:
            yield seconds, most, reason
