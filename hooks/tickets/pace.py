"""How often somebody may ask, counted in memory that is bounded; one look costs microseconds."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable


class Pace:
    """So many within a window, for each name. Of too many names the oldest are forgotten."""

    def __init__(
        self,
        most: int,
        seconds: float,
        names: int = 50_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._seconds, self._names, self._clock = most, seconds, names, clock
        self._counted: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_seconds(self, name: str) -> int:
        """0: it may, and is counted. Otherwise the seconds after which it may again."""
        now = self._clock()
        began_at, count = self._counted.get(name, (now, 0))
        if now - began_at >= self._seconds:
            began_at, count = now, 0
        if count >= self._most:
            return math.ceil(began_at + self._seconds - now)

        self._counted[name] = began_at, count + 1
        if not count:
            self._counted.move_to_end(name)
        if len(self._counted) > self._names:
            self._counted.popitem(last=False)
        return 0

    def is_over(self, name: str) -> bool:
        """Whether it may not, without being counted."""
        began_at, count = self._counted.get(name, (-math.inf, 0))
        return count >= self._most and self._clock() - began_at < self._seconds
