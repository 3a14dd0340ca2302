"""A fault: what happens to the machine, for how long, and what then may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.one.machine import Kind, Machine

Heal = Callable[[], object]


@dataclass(frozen=True)
class Fault:
    name: str
    happen: Callable[[Machine], Heal]
    lasts: float = 0.0  # seconds
    on: Kind = Kind.OWN
    in_selection: bool = False  # of CI
    selected_lasts: float | None = None  # seconds there
    may_refuse_events: bool = False  # where there is neither database nor disk
    # Looks at the machine when all is over; what is wrong, or empty.
    check: Callable[[Machine], str] = lambda machine: ""


def by_itself() -> None:
    """Nobody mends it but the programs themselves."""
