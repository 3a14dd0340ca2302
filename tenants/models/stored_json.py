"""Validators of the columns that hold JSON, and of the plain columns that JSON depends on."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from tenants.countries import COUNTRIES
from tenants.currencies import CURRENCIES
from tenants.fallback import fallback_problems
from tenants.hours import BadHours, parse_hours
from tenants.limits import SAFE, BadLimits, parse_limits
from tenants.opened import BadDestinations, parse_destinations

MOST_HOLIDAYS = 400
MOST_OPERATIONS = 50
_OPERATION = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXPECTED_OPERATION = "Expected a name of lower-case letters, digits, - and _, like chat."


def safe_limits() -> dict[str, Any]:
    return copy.deepcopy(dict(SAFE))


def check_country(text: str) -> None:
    if text not in COUNTRIES:
        raise ValidationError("Expected a country as two capital letters, like DE.")


def check_currency(text: str) -> None:
    if text not in CURRENCIES:
        raise ValidationError("Expected a currency as three capital letters, like EUR.")


def check_time_zone(text: str) -> None:
    if text not in time_zones():
        raise ValidationError("Expected a time zone, like Europe/Berlin.")


def time_zones() -> set[str]:
    """Those that are the same on every machine."""
    return available_timezones() - {"localtime", "Factory"}


def check_limits(value: Any) -> None:
    _raise_all(lambda: parse_limits(value))


def check_amounts(limits: Any, currency: str) -> None:
    """Raises ValidationError for the field `limits`."""
    try:
        parse_limits(limits, currency)
    except BadLimits as error:
        raise ValidationError({"limits": problem_texts(error.problems)}) from error


def check_tenants_destinations(value: Any) -> None:
    _raise_all(lambda: parse_destinations(value, for_callee=False))


def check_callees_destinations(value: Any) -> None:
    _raise_all(lambda: parse_destinations(value, for_callee=True))


def check_hours(value: Any) -> None:
    _raise_all(lambda: parse_hours(value))


def check_holidays(value: Any) -> None:
    if problems := holiday_problems(value):
        raise ValidationError(problem_texts(problems))


def check_operations(value: Any) -> None:
    if problems := operation_problems(value):
        raise ValidationError(problem_texts(problems))


def check_fallback(value: Any) -> None:
    if problems := fallback_problems(value):
        raise ValidationError(problem_texts(problems))


def holiday_problems(value: Any) -> dict[str, str]:
    if not isinstance(value, list):
        return {"": 'Expected a list of dates, like ["2026-12-25"].'}
    if len(value) > MOST_HOLIDAYS:
        return {"": f"At most {MOST_HOLIDAYS} dates."}
    return _item_problems(value, _is_date, "Expected a date, like 2026-12-25.")


def operation_problems(value: Any) -> dict[str, str]:
    if not isinstance(value, list):
        return {"": 'Expected a list of names, like ["chat"].'}
    if len(value) > MOST_OPERATIONS:
        return {"": f"At most {MOST_OPERATIONS} names."}
    return _item_problems(value, _is_operation, _EXPECTED_OPERATION)


def problem_texts(problems: dict[str, str]) -> list[str]:
    return [f"{place}: {problem}" if place else problem for place, problem in problems.items()]


def _item_problems(items: list[Any], is_good: Callable[[Any], bool], wrong: str) -> dict[str, str]:
    problems = {}
    for index, item in enumerate(items):
        if not is_good(item):
            problems[f"[{index}]"] = wrong
        elif item in items[:index]:
            problems[f"[{index}]"] = "This is given twice."
    return problems


def _is_operation(item: Any) -> bool:
    return isinstance(item, str) and _OPERATION.fullmatch(item) is not None


def _is_date(item: Any) -> bool:
    if not isinstance(item, str) or not _DATE.fullmatch(item):
        return False
    try:
        date.fromisoformat(item)
    except ValueError:
        return False
    return True


def _raise_all(parse: Callable[[], Any]) -> None:
    try:
        parse()
    except (BadLimits, BadDestinations, BadHours) as error:
        raise ValidationError(problem_texts(error.problems)) from error
