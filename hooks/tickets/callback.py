"""What a visitor writes who asks to be called back, read within bounds; pure."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

LONGEST = {"name": 100, "reach": 100, "sentence": 300}  # characters
SHORTEST_REACH = 3  # characters
BECAUSE = ("closed", "busy", "refused", "no-answer", "failed")
# As for the claims of a ticket; and what would turn the direction of a list's line around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class BadCallback(ValueError):
    """The message names the field."""


class Callback(NamedTuple):
    because: str
    name: str
    reach: str
    sentence: str


def read_callback(given: dict[str, Any]) -> Callback:
    """Raises BadCallback."""
    because = given.get("because")
    if because not in BECAUSE:
        raise BadCallback("because")
    name, reach, sentence = (_read_text(given, field) for field in LONGEST)
    if len(reach) < SHORTEST_REACH:
        raise BadCallback("reach")
    return Callback(because, name, reach, sentence)


def _read_text(given: dict[str, Any], field: str) -> str:
    text = given.get(field, "")
    if not isinstance(text, str) or len(text) > LONGEST[field] or _CONTROL.search(text):
        raise BadCallback(field)
    return text.strip()
