"""The object `rest_api` of a WCS instance, which stands for three fields of its row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from tenants.transfer.problems import Problems
from tenants.transfer.reading.json_document import Object
from tenants.transfer.reading.values import type_name

KEY, PARTS = "rest_api", ("url", "user", "password")
FIELDS = [f"{KEY}_{part}" for part in PARTS]
_NONE = dict.fromkeys(FIELDS, "")  # null: the instance has none any more


def known_keys(fields: Collection[str]) -> list[str]:
    """The keys of a file for these fields."""
    names = [name for name in fields if name not in FIELDS]
    return [*names, KEY] if len(names) < len(fields) else names


def spread_rest_api(item: Object, place: str, problems: Problems) -> Object:
    """The item with the fields in the place of the object."""
    if KEY not in item:
        return item
    given: Any = item[KEY]
    rest = Object((key, value) for key, value in item.items() if key != KEY)
    rest.repeated = item.repeated
    if given is None:
        rest.update(_NONE)
    elif isinstance(given, Object):
        _spread_parts(given, rest, f"{place}.{KEY}", problems)
    else:
        problems.add(f"{place}.{KEY}", f"Expected an object, not {type_name(given)}.")
    return rest


def _spread_parts(given: Object, rest: Object, place: str, problems: Problems) -> None:
    for part, value in given.items():
        if part in PARTS:
            rest[f"{KEY}_{part}"] = value
        else:
            problems.add(place, f"A key is unknown. Possible are {', '.join(PARTS)}.")
