"""How much of each limit is used: what bars and warnings show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hooks.limits.meter import DAY, HOUR, MINUTE, SECOND, Meter
from tenants.limits import MONEY, Limits

MONTH = 31 * DAY  # seconds; the longest
# How long one use of a limit counts, in seconds; of calls at once there is no such time.
LENGTHS = {
    "concurrent_calls": 0,
    "calls_per_second": SECOND,
    "calls_per_minute": MINUTE,
    "calls_per_hour": HOUR,
    "calls_per_day": DAY,
    "minutes_per_day": DAY,
    "minutes_per_month": MONTH,
    "money_per_day": DAY,
    "money_per_month": MONTH,
}


class Use(NamedTuple):
    """Calls, minutes, or millionths of the currency's unit."""

    limit: str
    used: int
    most: int

    @property
    def percent(self) -> int:
        """Rounded down. Of a limit of zero nothing can be used, so it is never full."""
        return 100 * self.used // self.most if self.most else 0

    @property
    def is_money(self) -> bool:
        return self.limit in MONEY


def use(meter: Meter, limits: Limits, now: float, day: str, month: str) -> Iterator[Use]:
    """Of each limit that is set; what living calls have reserved counts as used.

    `now` in seconds since 1970; `day` and `month` are those of the tenant's time zone.
    """
    in_day, in_month = meter.day.in_period(day), meter.month.in_period(month)
    used = {
        "concurrent_calls": meter.living,
        "calls_per_second": meter.calls_in(SECOND, now),
        "calls_per_minute": meter.calls_in(MINUTE, now),
        "calls_per_hour": meter.calls_in(HOUR, now),
        "calls_per_day": meter.calls_in(DAY, now),
        "minutes_per_day": in_day.seconds // MINUTE,
        "minutes_per_month": in_month.seconds // MINUTE,
        "money_per_day": in_day.money,
        "money_per_month": in_month.money,
    }
    for limit in LENGTHS:
        most = getattr(limits, limit)
        if most is not None:
            yield Use(limit, used[limit], most)
