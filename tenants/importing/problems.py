"""What is wrong with a file: every problem with its place, gathered before the file is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 300


@dataclass(frozen=True)
class Problem:
    place: str  # like tenants[3].domains[0].origin, or nothing where the whole file is meant
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def position(self) -> list[tuple[bool, int, str]]:
        """Sorts problems as their places stand in the file: by number, not by digit."""
        parts = re.findall(r"[0-9]+|[^0-9]+", self.place)
        return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


class Problems(list[Problem]):
    def add(self, place: str, message: str) -> None:
        self.append(Problem(place, shown(message)))


class ImportRefused(Exception):
    """The file cannot be imported and nothing was changed. Carries every problem, and never a secret."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.position)
        super().__init__(f"{len(self.problems)} problems")


def shown(text: str) -> str:
    """Text from a file, safe on a terminal: what is not printable is escaped, and what is long is cut."""
    cut = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in cut
    )
