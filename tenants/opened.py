"""Which destinations are open: countries and types of numbers, as files write them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tenants.countries import COUNTRIES

WORLDWIDE = "001"  # the region of satellites and other networks that belong to no country
EVERYDAY = frozenset({"fixed_line", "mobile", "toll_free"})
# These can be opened for one callee, and never for a whole tenant.
RISKY = frozenset(
    {
        "premium_rate",
        "satellite",
        "shared_cost",
        "personal_number",
        "uan",
        "pager",
        "voicemail",
        "unknown",
        "invalid",
    }
)
TYPES = EVERYDAY | {"voip"}  # of a tenant
_KEYS = ("countries", "types")


# "countries" and "types", both lists.
Opened = Mapping[str, Sequence[str]]


class BadDestinations(ValueError):
    """By place, such as `countries[0]`, what is wrong there."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {problem}" for place, problem in problems.items()))
        self.problems = problems


def default_destinations(country: str) -> Opened:
    """The tenant's own country; without one, no country is open."""
    return {"countries": [country] if country else [], "types": sorted(EVERYDAY)}


def parse_destinations(value: Any, *, for_callee: bool) -> dict[str, list[str]] | None:
    """As it is stored: both lists, sorted. Raises BadDestinations with every problem."""
    if value is None:
        return None
    problems = dict(_find_problems(value, for_callee))
    if problems:
        raise BadDestinations(problems)
    return {key: sorted(value.get(key, [])) for key in _KEYS}


def _find_problems(value: Any, for_callee: bool) -> Iterator[tuple[str, str]]:
    if not isinstance(value, Mapping):
        yield "", 'Expected an object with the lists "countries" and "types", or null.'
        return

    for key in value.keys() - set(_KEYS):
        yield key, "This key is unknown; possible are countries, types."
    for key in _KEYS:
        yield from _list_problems(key, value.get(key, []), for_callee)


def _list_problems(key: str, items: Any, for_callee: bool) -> Iterator[tuple[str, str]]:
    if not isinstance(items, list):
        yield key, "Expected a list of texts."
        return

    for index, item in enumerate(items):
        place = f"{key}[{index}]"
        problem = _country_problem(item, for_callee)
        if key == "types":
            problem = _type_problem(item, for_callee)
        if problem:
            yield place, problem
        elif item in items[:index]:
            yield place, "This is given twice."


def _country_problem(item: Any, for_callee: bool) -> str:
    if item == WORLDWIDE:
        return "" if for_callee else f"{WORLDWIDE} can be opened for a callee only."
    is_known = isinstance(item, str) and item in COUNTRIES
    return "" if is_known else "Expected a country as two capital letters, like DE."


def _type_problem(item: Any, for_callee: bool) -> str:
    known = TYPES | RISKY if for_callee else TYPES
    if isinstance(item, str) and item in known:
        return ""
    if isinstance(item, str) and item in RISKY:
        return f"{item} can be opened for a callee only."
    return f"This type is unknown; possible are {', '.join(sorted(known))}."
