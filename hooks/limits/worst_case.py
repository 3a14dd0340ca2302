"""The most money that a tenant can lose under its limits, and which limit bounds it.

An hour is one of the clock, a day one of the calendar, a month one of 31 days. What a talk costs
belongs to the day on which its slice was reserved, as the meters count it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hooks.limits.asked import LEAD, SLICE, bound_slice
from hooks.limits.pricing import Rate
from tenants.limits import Limits

MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds
MONTH_DAYS = 31
MONTH = MONTH_DAYS * DAY  # seconds
LONGEST_RINGING = 600  # seconds; WCS and the SIP server give up before

UNPRICED = (
    "Nobody knows what a call costs: limit the money per day or month, or the price per minute, "
    "so that a call needs a rate."
)
UNCOUNTED = "Calls may be placed without end: limit the calls per hour or day, or the money."
ENDLESS = (
    "Calls may last without end: limit the seconds of a call, the calls at once, or the money."
)


class Loss(NamedTuple):
    micros: int | None  # None: there is no bound
    rule: str  # what bounds it, or what is missing


class WorstCase(NamedTuple):
    hour: Loss
    day: Loss
    month: Loss

    @property
    def missing(self) -> str:
        """Why it has no bound; empty where it has one."""
        return next((loss.rule for loss in self if loss.micros is None), "")


@dataclass(frozen=True)
class Exposure:
    """What bears on a tenant's losses. Each call counts in one of each group."""

    tenant: Limits
    rate: Rate  # no call that has a price is dearer, in any of its four numbers
    domains: Sequence[Limits] = ()
    accounts: Sequence[Limits] = ()
    callees: Sequence[Limits] = ()

    @property
    def groups(self) -> dict[str, Sequence[Limits]]:
        named = {
            "the domains": self.domains,
            "the SIP accounts": self.accounts,
            "the callees": self.callees,
        }
        return {name: limits for name, limits in named.items() if limits}

    @property
    def is_priced(self) -> bool:
        """Whether every call needs a rate."""
        groups = self.groups.values()
        return self.tenant.limits_money or any(
            all(limits.limits_money for limits in group) for group in groups
        )


def find_worst_case(exposure: Exposure) -> WorstCase:
    return WorstCase(*(_lose_in(exposure, seconds) for seconds in (HOUR, DAY, MONTH)))


def _lose_in(exposure: Exposure, period: int) -> Loss:
    if not exposure.is_priced:
        return Loss(None, UNPRICED)

    of_tenant = _bound_scope(exposure.tenant, exposure.rate, period)
    losses = [of_tenant]
    for name, group in exposure.groups.items():
        parts = [
            _bound_scope(_narrow(limits, exposure.tenant), exposure.rate, period).micros
            for limits in group
        ]
        if None not in parts:
            total = sum(part for part in parts if part is not None)
            losses.append(Loss(total, f"The limits of {name} together."))
    return min(losses, key=_by_amount)


def _by_amount(loss: Loss) -> float:
    return float("inf") if loss.micros is None else loss.micros


def _narrow(limits: Limits, tenant: Limits) -> Limits:
    """Of one call both hold: its price and its length are bounded by either."""
    return limits._replace(
        price_per_minute=_lowest(limits.price_per_minute, tenant.price_per_minute),
        call_seconds=_lowest(limits.call_seconds, tenant.call_seconds),
    )


def _lowest(*bounds: int | None) -> int | None:
    return min((bound for bound in bounds if bound is not None), default=None)


def _bound_scope(limits: Limits, dearest: Rate, period: int) -> Loss:
    rate = _under_ceiling(dearest, limits.price_per_minute)
    losses = [*_bound_by_money(limits, rate, period), _bound_by_calls(limits, rate, period)]
    return min(losses, key=_by_amount)


def _under_ceiling(rate: Rate, ceiling: int | None) -> Rate:
    """What is dearer than the ceiling is refused."""
    return rate._replace(per_minute=_lowest(rate.per_minute, ceiling) or 0)


# Money: what is reserved counts as spent, so a cap holds but for one slice of each living call.


def _bound_by_money(limits: Limits, rate: Rate, period: int) -> Iterator[Loss]:
    if limits.money_per_day is not None:
        days = MONTH_DAYS if period == MONTH else 1
        amount = limits.money_per_day + _outstanding(limits, rate, limits.money_per_day)
        yield Loss(days * amount, _name_money("day", days, limits))
    if limits.money_per_month is not None:
        amount = limits.money_per_month + _outstanding(limits, rate, limits.money_per_month)
        yield Loss(amount, _name_money("month", 1, limits))


def _name_money(what: str, times: int, limits: Limits) -> str:
    each = f"{times} times the" if times > 1 else "The"
    living = _most_living(limits)
    if living is None:
        return f"{each} money per {what}, three times over: nothing limits the calls at once."
    return (
        f"{each} money per {what}, and a slice of {SLICE // MINUTE} minutes for {_calls(living)}."
    )


def _outstanding(limits: Limits, rate: Rate, cap: int) -> int:
    """A slice of each living call, which holds one itself: within the cap of this period or the
    one before."""
    living = _most_living(limits)
    by_cap = 2 * cap
    if living is None:
        return by_cap
    return min(living * _price_at_most(rate, 1, SLICE + LEAD), by_cap)


def _most_living(limits: Limits) -> int | None:
    if limits.concurrent_calls is not None:
        return limits.concurrent_calls
    if limits.call_seconds is None:
        return None
    return _most_calls(limits, limits.call_seconds + LEAD + LONGEST_RINGING)


# Calls: so many, each so long, or so many at once.


def _bound_by_calls(limits: Limits, rate: Rate, period: int) -> Loss:
    started, living = _most_calls(limits, period), _most_living(limits)
    if started is None:
        return Loss(None, UNCOUNTED)
    if living is None:
        return Loss(None, ENDLESS)

    calls = started + living
    talks = {
        "call_seconds": None
        if limits.call_seconds is None
        else calls * (limits.call_seconds + LEAD),
        "concurrent_calls": _times(limits.concurrent_calls, period),
        "minutes": _minutes_in(limits, period),
    }
    bounds = {name: seconds for name, seconds in talks.items() if seconds is not None}
    rule = min(bounds, key=lambda name: bounds[name])
    slices = living * bound_slice(limits.call_seconds)
    loss = _price_at_most(rate, calls, bounds[rule] + slices)
    return Loss(loss, _name_calls(rule, limits, started))


def _price_at_most(rate: Rate, calls: int, seconds: int) -> int:
    """Of so many calls that together last so long: each is billed up to an increment more."""
    if not (rate.per_minute or rate.connect_fee):
        return 0

    rounding = max(rate.first_increment, rate.next_increment) - 1
    billed = seconds + calls * rounding
    return calls * (rate.connect_fee + 1) + -(-rate.per_minute * billed // MINUTE)


def _most_calls(limits: Limits, period: int) -> int | None:
    """A window holds in any stretch of its length, so so many of them cover the period."""
    windows = (
        (limits.calls_per_second, 1),
        (limits.calls_per_minute, MINUTE),
        (limits.calls_per_hour, HOUR),
        (limits.calls_per_day, DAY),
    )
    return _lowest(*(_times(most, -(-period // length)) for most, length in windows))


def _times(most: int | None, number: int) -> int | None:
    return None if most is None else most * number


def _minutes_in(limits: Limits, period: int) -> int | None:
    days = MONTH_DAYS if period == MONTH else 1
    in_days = _times(limits.minutes_per_day, days * MINUTE)
    return _lowest(in_days, _times(limits.minutes_per_month, MINUTE))


def _name_calls(rule: str, limits: Limits, started: int) -> str:
    by = {
        "call_seconds": f"each of at most {limits.call_seconds} seconds",
        "concurrent_calls": f"{limits.concurrent_calls} at once all the time",
        "minutes": "within the minutes of talk",
    }[rule]
    return f"{_calls(started)}, {by}, at the dearest price."


def _calls(number: int) -> str:
    return f"{number:,} call{'' if number == 1 else 's'}"
