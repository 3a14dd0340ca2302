"""So much money in a day and a month; what is reserved counts as spent."""

from __future__ import annotations

from hooks.limits.asked import Asked
from hooks.limits.meter import Meter
from hooks.reasons import Reason
from tenants.limits import Limits


def limit_money(asked: Asked, meter: Meter, limits: Limits) -> Reason | None:
    in_day = meter.day.in_period(asked.day).money + asked.money
    if limits.money_per_day is not None and in_day > limits.money_per_day:
        return Reason.MONEY_PER_DAY

    in_month = meter.month.in_period(asked.month).money + asked.money
    if limits.money_per_month is not None and in_month > limits.money_per_month:
        return Reason.MONEY_PER_MONTH
    return None
