"""So many minutes of talk in a day and a month; what is reserved counts as talked."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.limits.meter import Meter
from hooks.reasons import Reason
from tenants.limits import Limits

_MINUTE = 60  # seconds


def limit_talk_time(asked: Asked, meter: Meter, limits: Limits) -> Reason | None:
    in_day = meter.day.in_period(asked.day).seconds + asked.seconds
    if limits.minutes_per_day is not None and in_day > limits.minutes_per_day * _MINUTE:
        return Reason.MINUTES_PER_DAY

    in_month = meter.month.in_period(asked.month).seconds + asked.seconds
    if limits.minutes_per_month is not None and in_month > limits.minutes_per_month * _MINUTE:
        return Reason.MINUTES_PER_MONTH
    return None
