"""What is wrong with a file: every problem with its place, gathered before the file is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 300
MOST_LISTED = 200


@dataclass(frozen=True)
class Problem:
    place: str  # like tenants[3].domains[0].origin or line 4, column 2 (target); or nothing where the whole file is meant
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def position(self) -> list[tuple[bool, int, str]]:
        """Sorts problems as their places stand in the file: by number, not by digit."""
        parts = re.findall(r"[0-9]+|[^0-9]+", self.place)
        return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


class Problems(list[Problem]):
    """The first MOST_LISTED of them, and how many more there are: a million wrong rows need no million sentences."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        super().__init__(problems)
        self.more = 0

    def add(self, place: str, message: str) -> None:
        if len(self) < MOST_LISTED:
            self.append(Problem(place, shown(message)))
        else:
            self.more += 1


class ImportRefused(Exception):
    """The file cannot be imported and nothing was changed. Carries the problems, and never a secret."""

    def __init__(self, problems: Problems) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.position)
        self.more = problems.more
        super().__init__(f"{self.count} problems")

    @property
    def count(self) -> int:
        return len(self.problems) + self.more

    def lines(self) -> list[str]:
        return [*map(str, self.problems), *([f"and {self.more:,} more"] if self.more else [])]


def shown(text: str) -> str:
    """Text from a file, safe on a terminal: what is not printable is escaped, and what is long is cut."""
    cut = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in cut
    )
