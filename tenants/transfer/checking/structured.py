"""Fields that hold an object or a list: every problem at its own place, and what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tenants.fallback import fallback_problems
from tenants.hours import BadHours, parse_hours
from tenants.limits import MONEY, BadLimits, merge_limits, parse_limits
from tenants.models.stored_json import holiday_problems, operation_problems
from tenants.money import MICROS, read_money, write_money
from tenants.opened import BadDestinations, parse_destinations
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row
from tenants.transfer.tables import CALLEE


class _Wrong(Exception):
    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__()
        self.problems = problems


def read_structured(row: Row, problems: Problems) -> None:
    """The given values become what is to be stored; those that cannot be used are left out."""
    for name in sorted(row.table.structured & row.values.keys()):
        try:
            row.values[name] = _READERS[name](row, row.values[name])
        except (_Wrong, BadLimits, BadDestinations, BadHours) as error:
            row.wrong.add(name)
            del row.values[name]
            for inner, sentence in error.problems.items():
                problems.add(_join(row.place_of(name), inner), sentence)


def add_differences(row: Row, name: str, before: Any, after: Any) -> None:
    """One for each limit, like limits.visitor.calls_per_hour; otherwise one for the field."""
    if name != "limits":
        row.add_difference(name, _plain(before), _plain(after))
        return

    flat_before, flat_after = dict(_flatten(before or {})), dict(_flatten(after))
    for key in sorted({**flat_before, **flat_after}):
        pair = flat_before.get(key), flat_after.get(key)
        if pair[0] != pair[1]:
            row.add_difference(f"{name}.{key}", *pair)


def _read_limits(row: Row, given: Any) -> dict[str, Any]:
    parse_limits(given, _currency(row))
    return merge_limits(row.record.limits, _with_plain_amounts(given))


def _currency(row: Row) -> str:
    tenant = row.parent.record if row.parent else row.record
    is_tenant = tenant is row.record
    return str(row.values.get("currency", tenant.currency) if is_tenant else tenant.currency)


def _with_plain_amounts(limits: Mapping[str, Any]) -> dict[str, Any]:
    """20.5 and 20.50 are one amount."""
    return {
        key: write_money(read_money(value)) if key in MONEY and value is not None else value
        for key, value in limits.items()
    }


def _read_destinations(row: Row, given: Any) -> dict[str, list[str]] | None:
    return parse_destinations(given, for_callee=row.table is CALLEE)


def _read_hours(row: Row, given: Any) -> Any:
    parse_hours(given)
    return given


def _read_holidays(row: Row, given: Any) -> list[str]:
    if found := holiday_problems(given):
        raise _Wrong(found)
    return sorted(given)


def _read_operations(row: Row, given: Any) -> list[str]:
    """A cell has a text, with spaces between; so had every file of before."""
    names = given.split() if isinstance(given, str) else given
    if found := operation_problems(names):
        raise _Wrong(found)
    return sorted(names)


def _read_fallback(row: Row, given: Any) -> list[Any]:
    if found := fallback_problems(given):
        raise _Wrong(found)
    return list(given)


_READERS: Mapping[str, Callable[[Row, Any], Any]] = {
    "limits": _read_limits,
    "destinations": _read_destinations,
    "hours": _read_hours,
    "holidays": _read_holidays,
    "fallback": _read_fallback,
    "message_operations": _read_operations,
}


def _join(place: str, inner: str) -> str:
    return f"{place}{inner}" if inner.startswith("[") or not inner else f"{place}.{inner}"


def _flatten(limits: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in limits.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _plain(value: Any) -> Any:
    return write_money(int(value * MICROS)) if isinstance(value, Decimal) else value
