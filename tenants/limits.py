"""The most that a tenant, a domain, a SIP account or a callee may use, as files write it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from tenants.money import BadMoney, digits_of, read_money

MOST = 1_000_000_000  # of any limit; a larger one is a mistake


class VisitorLimits(NamedTuple):
    """None is no limit."""

    calls_per_10_minutes: int | None = None
    calls_per_hour: int | None = None
    calls_per_day: int | None = None
    callees_per_hour: int | None = None


class Limits(NamedTuple):
    """None is no limit. Money is in millionths of the currency's unit."""

    concurrent_calls: int | None = None
    calls_per_second: int | None = None
    calls_per_minute: int | None = None
    calls_per_hour: int | None = None
    calls_per_day: int | None = None
    call_seconds: int | None = None
    minutes_per_day: int | None = None
    minutes_per_month: int | None = None
    money_per_day: int | None = None
    money_per_month: int | None = None
    price_per_minute: int | None = None
    visitor: VisitorLimits = VisitorLimits()

    @property
    def limits_money(self) -> bool:
        money = (self.money_per_day, self.money_per_month, self.price_per_minute)
        return any(amount is not None for amount in money)


MONEY = {"money_per_day", "money_per_month", "price_per_minute"}
# Zero calls or minutes is a way to close something; a call of zero seconds is a mistake.
_AT_LEAST_ONE = {"call_seconds"}
# A new tenant's. In the currency of the tenant.
SAFE: Mapping[str, Any] = {
    "concurrent_calls": 2,
    "calls_per_second": 1,
    "calls_per_hour": 60,
    "calls_per_day": 100,
    "call_seconds": 1800,
    "money_per_day": "20.00",
    "money_per_month": "200.00",
    "price_per_minute": "0.20",
    "visitor": {
        "calls_per_10_minutes": 3,
        "calls_per_hour": 7,
        "calls_per_day": 15,
        "callees_per_hour": 2,
    },
}


class BadLimits(ValueError):
    """By place within the limits, such as `visitor.calls_per_hour`, what is wrong there."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {problem}" for place, problem in problems.items()))
        self.problems = problems


@lru_cache(maxsize=10_000)
def read_limits(stored: str) -> Limits:
    """From the JSON text of a row. Raises BadLimits."""
    return parse_limits(json.loads(stored))


def parse_limits(value: Any, currency: str = "") -> Limits:
    """Raises BadLimits with every problem. `currency` tells how many digits an amount may have."""
    problems: dict[str, str] = {}
    visitor = _parse_group(_take_visitor(value), VisitorLimits, "visitor.", currency, problems)
    plain = {key: item for key, item in _as_object(value).items() if key != "visitor"}
    limits = _parse_group(plain, Limits, "", currency, problems)
    if not isinstance(value, Mapping):
        problems[""] = "Expected an object of limits."
    if problems:
        raise BadLimits(problems)
    return Limits(**limits, visitor=VisitorLimits(**visitor))


def merge_limits(stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """An absent key leaves what is stored; None lifts that limit."""
    merged = dict(stored)
    for key, value in given.items():
        if key == "visitor" and isinstance(value, Mapping):
            value = merge_limits(stored.get("visitor", {}), value)
        merged[key] = value
    return {key: value for key, value in merged.items() if value is not None and value != {}}


def _as_object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _take_visitor(value: Any) -> Any:
    visitor = _as_object(value).get("visitor")
    return {} if visitor is None else visitor


def _parse_group(
    value: Any,
    kind: type[Limits] | type[VisitorLimits],
    place: str,
    currency: str,
    problems: dict[str, str],
) -> dict[str, int | None]:
    if not isinstance(value, Mapping):
        problems[place.rstrip(".")] = "Expected an object of limits."
        return {}

    parsed: dict[str, int | None] = {}
    for key, item in value.items():
        try:
            parsed[key] = _parse_limit(key, item, kind, currency)
        except ValueError as error:
            problems[place + key] = str(error)
    return parsed


def _parse_limit(
    key: str, value: Any, kind: type[Limits] | type[VisitorLimits], currency: str
) -> int | None:
    if key not in kind._fields or key == "visitor":
        raise ValueError(_name_unknown(key, kind))
    if value is None:
        return None
    if key in MONEY:
        return _parse_money(value, currency)

    lowest = 1 if key in _AT_LEAST_ONE else 0
    if type(value) is not int or not lowest <= value <= MOST:
        raise ValueError(f"A whole number from {lowest} to {MOST:,}, or null for no limit.")
    return value


def _name_unknown(key: str, kind: type[Limits] | type[VisitorLimits]) -> str:
    near = difflib.get_close_matches(key, kind._fields, n=1)
    return "This limit is unknown" + (f"; did you mean {near[0]}?" if near else ".")


def _parse_money(value: Any, currency: str) -> int:
    try:
        return read_money(value, digits_of(currency))
    except BadMoney as error:
        raise ValueError(str(error)) from None
