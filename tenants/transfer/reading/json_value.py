"""A value of several levels in a document, such as limits: its texts and keys can be stored."""

from __future__ import annotations

import re
from typing import Any

from tenants.transfer.problems import Problems
from tenants.transfer.reading.json_document import Object
from tenants.transfer.reading.values import WrongValue, checked_text

_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")


def read_json_value(place: str, value: Any, problems: Problems) -> Any:
    """Raises WrongValue, after every problem within was noted with its own place."""
    if isinstance(value, Object):
        return _read_object(place, value, problems)
    if isinstance(value, list):
        return _read_list(place, value, problems)
    return checked_text(value) if isinstance(value, str) else value


def _read_object(place: str, value: Object, problems: Problems) -> dict[str, Any]:
    for key in dict.fromkeys(value.repeated):
        problems.add(f"{place}.{key}" if _KEY.fullmatch(key) else place, "A key is given twice.")

    read = {}
    for number, (key, item) in enumerate(value.items(), 1):
        if not _KEY.fullmatch(key):  # it is not shown: perhaps it is half of a secret
            raise WrongValue(f"Its key number {number} is unknown.")
        read[key] = _read_item(f"{place}.{key}", item, problems)
    return read


def _read_list(place: str, value: list[Any], problems: Problems) -> list[Any]:
    return [_read_item(f"{place}[{index}]", item, problems) for index, item in enumerate(value)]


def _read_item(place: str, item: Any, problems: Problems) -> Any:
    try:
        return read_json_value(place, item, problems)
    except WrongValue as error:
        problems.add(place, str(error))
        return None
