"""What was seen once, so that it is acted on when it is seen again."""

from __future__ import annotations

import time
from collections.abc import Hashable

APART = 15.0  # seconds between two sightings that count as two


class Sightings:
    def __init__(self) -> None:
        self._first: dict[Hashable, float] = {}
        self._last: dict[Hashable, float] = {}

    def is_second(self, thing: Hashable) -> bool:
        """Whether it was seen before, long enough ago, and in every round since."""
        now = time.monotonic()
        self._last[thing] = now
        return now - self._first.setdefault(thing, now) >= APART

    def forget_before(self, moment: float) -> None:
        """What this round did not see."""
        for thing in [thing for thing, last in self._last.items() if last < moment]:
            del self._first[thing], self._last[thing]
