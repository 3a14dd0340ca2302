"""Who is called instead of a callee: aliases in their order, or by weight where they have one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

MOST_FALLBACKS = 5  # of one callee
HEAVIEST = 100
_ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_EXPECTED = "Expected an alias, like help."
_EXPECTED_PAIR = 'Expected an alias and a weight, like {"alias": "help", "weight": 3}.'
_EXPECTED_WEIGHT = f"Expected a weight from 1 to {HEAVIEST}."

Entry = str | Mapping[str, Any]  # an alias, or {"alias": …, "weight": …}


def fallback_problems(value: Any) -> dict[str, str]:
    """By place, such as `[0]`, what is wrong there."""
    if not isinstance(value, list):
        return {"": 'Expected a list of aliases, like ["help"].'}
    if len(value) > MOST_FALLBACKS:
        return {"": f"At most {MOST_FALLBACKS} aliases."}

    problems: dict[str, str] = {}
    named: set[str] = set()
    for index, entry in enumerate(value):
        problem = _find_problem(entry)
        if not problem and alias_of(entry) in named:
            problem = "This is given twice."
        if problem:
            problems[f"[{index}]"] = problem
        else:
            named.add(alias_of(entry))
    return problems


def alias_of(entry: Entry) -> str:
    return entry if isinstance(entry, str) else str(entry["alias"])


def aliases_of(entries: Iterable[Entry]) -> list[str]:
    return [alias_of(entry) for entry in entries]


def write_entry(entry: Entry) -> str:
    """As people type it: help, or help:3."""
    return entry if isinstance(entry, str) else f"{entry['alias']}:{entry['weight']}"


def read_entry(word: str) -> Any:
    """What fallback_problems judges."""
    alias, colon, weight = word.partition(":")
    if not colon:
        return alias
    return {"alias": alias, "weight": int(weight) if weight.isdecimal() else weight}


def _find_problem(entry: Any) -> str:
    if isinstance(entry, dict):
        if entry.keys() != {"alias", "weight"}:
            return _EXPECTED_PAIR
        weight = entry["weight"]
        is_number = isinstance(weight, int) and not isinstance(weight, bool)
        if not (is_number and 1 <= weight <= HEAVIEST):
            return _EXPECTED_WEIGHT
        entry = entry["alias"]
    is_alias = isinstance(entry, str) and _ALIAS.fullmatch(entry)
    return "" if is_alias else _EXPECTED
