"""The time by which hooks are judged: this machine's clock, while the database's agrees with it.

All gateways write to one database, and the worker reads its clock. By a clock that was stepped, a
call would be older or younger than it is, and windows of limits would be others.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

AGREES = 2.0  # seconds; within that the machines' own clocks differ anyway


class Clock:
    """Between two looks at the database's clock, one without steps carries it on."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()  # until the database was asked

    def learn(self, database: float, delay: float) -> None:
        """`database`: its seconds since 1970, which took so many seconds to get here."""
        self._ahead = database + delay / 2 - time.monotonic()

    def seconds(self) -> float:
        """Since 1970."""
        machine, carried_on = time.time(), time.monotonic() + self._ahead
        return machine if abs(machine - carried_on) <= AGREES else carried_on

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds(), UTC)


clock = Clock()
