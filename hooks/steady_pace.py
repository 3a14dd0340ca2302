"""A pace for whoever comes unasked: seldom ones at once, a flood of them one after the other."""

from __future__ import annotations

LONGEST = 2.0  # seconds that anybody waits, where nothing else is said


class SteadyPace:
    """Moments are on a clock that never goes back."""

    def __init__(self, a_second: float, at_once: int, longest: float = LONGEST) -> None:
        """`at_once`: of those that come after a pause. `longest` in seconds."""
        self._step, self._pause, self._longest = 1 / a_second, at_once / a_second, longest
        self._turn = 0.0

    def take_turn(self, now: float) -> float:
        """Seconds to wait."""
        self._turn = min(max(self._turn + self._step, now - self._pause), now + self._longest)
        return self.wait_seconds(now)

    def wait_seconds(self, now: float) -> float:
        """That the last one has to wait."""
        return max(self._turn - now, 0.0)
