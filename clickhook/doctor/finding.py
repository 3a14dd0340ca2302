"""What a check found: a sentence, and where something is wrong also what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

MOST_NAMED = 10


class Finding(NamedTuple):
    check: str
    is_well: bool
    sentence: str
    remedy: str = ""


Findings = Iterator[Finding]


def name_some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
