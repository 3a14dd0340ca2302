"""JSON as plain values, and the limits and the mapping type that YAML shares."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tenants.transfer.problems import Unreadable

MAX_DEPTH = 20  # levels; an import file needs 6
MAX_DIGITS = 18  # no field takes a longer number
TOO_DEEP = "nested too deeply"


class Object(dict[str, Any]):
    """A JSON object or YAML mapping. The first value of a repeated key counts."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__()
        self.repeated: list[str] = []

        for key, value in pairs:
            if key in self:
                self.repeated.append(key)
            else:
                self[key] = value


def parse_json(text: str) -> Any:
    """Raises Unreadable."""
    try:
        value = json.loads(text, object_pairs_hook=Object, parse_int=_parse_whole)
    except json.JSONDecodeError as error:
        reason = error.msg.partition("escape")[0].strip() or "a wrong escape"
        place = f"Line {error.lineno}, column {error.colno}"
        raise Unreadable(f"{place}: this is not JSON ({reason}).") from None
    except RecursionError:
        raise Unreadable(f"It is {TOO_DEEP}.") from None
    _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    """Else whoever looks through it later runs out of stack. Raises Unreadable."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [item for one in level for item in _items(one)]
    if any(isinstance(one, dict | list) for one in level):
        raise Unreadable(f"It is {TOO_DEEP}.")


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _parse_whole(digits: str) -> int | float:
    """Python refuses very long numbers; no field takes one, so their exact value is not needed."""
    return int(digits) if len(digits) <= MAX_DIGITS else float(digits)
