"""Addresses whose connections bring no request that is answered: their next ones are read later."""

from __future__ import annotations

from clickhook.door.paces import Paces

A_SECOND = 20  # connections of one address
AT_ONCE = 200


class Fruitless:
    """Moments are in seconds."""

    def __init__(self) -> None:
        self._paces = Paces(A_SECOND, AT_ONCE)

    def note(self, address: str, now: float) -> None:
        """A connection from there has ended without an answer."""
        self._paces.take_turn(address, now)

    def wait_seconds(self, address: str, now: float) -> float:
        """Before its next connection is read."""
        return self._paces.wait_seconds(address, now)
