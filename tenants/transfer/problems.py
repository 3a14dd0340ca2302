"""What is wrong with a file: every problem with its place, gathered before the file is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_TEXT = 400  # characters
MOST_LISTED = 200


class Unreadable(Exception):
    """The file cannot be read; the message says why and where, and never what stands there."""


@dataclass(frozen=True)
class Problem:
    # Like tenants[3].domains[0].origin or line 4, column 2 (target); empty for the whole file.
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message

    @property
    def position(self) -> list[tuple[bool, int, str]]:
        """Sorts problems as their places stand in the file: by number, not by digit."""
        parts = re.findall(r"[0-9]+|[^0-9]+", self.place)
        return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


class Problems(list[Problem]):
    """The first MOST_LISTED problems, and how many more there are."""

    def __init__(self, problems: Iterable[Problem] = ()) -> None:
        super().__init__(problems)
        self.more = 0
        self.unknown_columns: list[str] = []  # of a table; they can be left out

    @property
    def total(self) -> int:
        return len(self) + self.more

    def add(self, place: str, message: str) -> None:
        if len(self) < MOST_LISTED:
            self.append(Problem(place, printable(message)))
        else:
            self.more += 1


class ImportRefused(Exception):
    """Nothing was changed. Carries the problems, and never a secret."""

    def __init__(self, problems: Problems) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.position)
        self.more = problems.more
        self.unknown_columns = problems.unknown_columns
        super().__init__(f"{self.count} problems")

    @property
    def count(self) -> int:
        return len(self.problems) + self.more

    def lines(self) -> list[str]:
        more = [f"and {self.more:,} more"] if self.more else []
        return [*map(str, self.problems), *more]


def printable(text: str) -> str:
    """Text from a file, safe on a terminal: unprintable characters escaped, long texts cut."""
    cut = text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in cut
    )
