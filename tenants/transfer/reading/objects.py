"""What both formats are read into, and what is said when they cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 20  # the shape needs 6
MAX_DIGITS = 18  # no field takes a number anywhere near it
TOO_DEEP = "nested too deeply"


class Unreadable(Exception):
    """The file holds no document; the message says why and where, and never what stands there."""


class Object(dict[str, Any]):
    """A JSON object or YAML mapping. Of a key that is given twice the first value counts and the key is remembered."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__()
        self.repeated: list[str] = []
        for key, value in pairs:
            if key in self:
                self.repeated.append(key)
            else:
                self[key] = value
