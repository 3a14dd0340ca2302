"""A steady pace for each address; of too many addresses those are forgotten that came long ago."""

from __future__ import annotations

from collections import OrderedDict

from hooks.steady_pace import LONGEST, SteadyPace

ADDRESSES = 4096  # that are remembered


class Paces:
    """Moments are in seconds, on a clock that never goes back."""

    def __init__(self, a_second: float, at_once: int, longest: float = LONGEST) -> None:
        self._a_second, self._at_once, self._longest = a_second, at_once, longest
        self._paces: OrderedDict[str, SteadyPace] = OrderedDict()

    def take_turn(self, address: str, now: float) -> float:
        """Seconds to wait."""
        if address not in self._paces:
            self._paces[address] = SteadyPace(self._a_second, self._at_once, self._longest)
            if len(self._paces) > ADDRESSES:
                self._paces.popitem(last=False)
        self._paces.move_to_end(address)
        return self._paces[address].take_turn(now)

    def wait_seconds(self, address: str, now: float) -> float:
        """That the last one from there has to wait."""
        pace = self._paces.get(address)
        return pace.wait_seconds(now) if pace else 0.0
