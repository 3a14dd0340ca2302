"""Limits and their use as people read them, with money in the tenant's currency."""

from __future__ import annotations

from hooks.limits.use import Use
from tenants.limits import MONEY
from tenants.money import MICROS, digits_of, write_money

LABELS = {
    "concurrent_calls": "Calls at once",
    "calls_per_second": "Calls in the last second",
    "calls_per_minute": "Calls in the last minute",
    "calls_per_hour": "Calls in the last hour",
    "calls_per_day": "Calls in the last 24 hours",
    "call_seconds": "Longest call, in seconds",
    "minutes_per_day": "Minutes of talk today",
    "minutes_per_month": "Minutes of talk this month",
    "money_per_day": "Money today",
    "money_per_month": "Money this month",
    "price_per_minute": "Highest price per minute",
    "calls_per_10_minutes": "Calls in 10 minutes",
    "callees_per_hour": "Different callees per hour",
}


def format_money(micros: int, currency: str) -> str:
    """Rounded to the digits of the currency."""
    return f"{_round(micros, currency)} {currency}"


def format_limit(limit: str, most: int, currency: str) -> str:
    return format_money(most, currency) if limit in MONEY else f"{most:,}"


def describe_use(use: Use, currency: str) -> str:
    """Such as `16.20 of 20.00 EUR`."""
    if use.is_money:
        return f"{_round(use.used, currency)} of {format_money(use.most, currency)}"
    return f"{use.used:,} of {use.most:,}"


def _round(micros: int, currency: str) -> str:
    digits = digits_of(currency)
    unit = MICROS // 10**digits
    return write_money((micros + unit // 2) // unit * unit, digits)
