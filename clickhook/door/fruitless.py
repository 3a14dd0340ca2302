"""Addresses whose connections bring no request that is answered: their next ones are read later."""

from __future__ import annotations

from collections import OrderedDict

from hooks.steady_pace import SteadyPace

A_SECOND = 20  # connections of one address
AT_ONCE = 200
ADDRESSES = 4096  # of which that is remembered


class Fruitless:
    """Of too many addresses the oldest are forgotten. Moments are in seconds."""

    def __init__(self) -> None:
        self._paces: OrderedDict[str, SteadyPace] = OrderedDict()

    def note(self, address: str, now: float) -> None:
        """A connection from there has ended without an answer."""
        if address not in self._paces:
            self._paces[address] = SteadyPace(A_SECOND, AT_ONCE)
            if len(self._paces) > ADDRESSES:
                self._paces.popitem(last=False)
        self._paces.move_to_end(address)
        self._paces[address].take_turn(now)

    def wait_seconds(self, address: str, now: float) -> float:
        """Before its next connection is read."""
        pace = self._paces.get(address)
        return pace.wait_seconds(now) if pace else 0.0
