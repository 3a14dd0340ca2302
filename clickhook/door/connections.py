"""The connections of one process: how many there are, and which of them are closed first."""

from __future__ import annotations

import collections
import itertools
from typing import Protocol


class Connection(Protocol):
    address: str

    @property
    def has_begun_request(self) -> bool: ...

    def close_quietly(self) -> None: ...


class Connections:
    """Each connection is new (no request yet), kept (between two requests), or at work."""

    def __init__(self, at_most: int, at_most_per_address: int) -> None:
        self._at_most, self._at_most_per_address = at_most, at_most_per_address
        self._open: set[Connection] = set()
        self._by_address: collections.Counter[str] = collections.Counter()
        # Since when; the oldest come first.
        self._new: dict[Connection, float] = {}
        self._kept: dict[Connection, float] = {}

    def admit(self, connection: Connection, now: float) -> bool:
        """Closes an idle connection where there are too many; False when none is idle."""
        if self._by_address[connection.address] >= self._at_most_per_address:
            has_room = self._close_first_idle(connection.address)
        else:
            has_room = len(self._open) < self._at_most or self._close_first_idle()

        if has_room:
            self._open.add(connection)
            self._by_address[connection.address] += 1
            self._new[connection] = now
        elif not self._by_address[connection.address]:
            del self._by_address[connection.address]
        return has_room

    def remove(self, connection: Connection) -> None:
        if connection in self._open:
            self.mark_at_work(connection)
            self._open.remove(connection)
            self._by_address[connection.address] -= 1
            if not self._by_address[connection.address]:
                del self._by_address[connection.address]

    def mark_at_work(self, connection: Connection) -> None:
        self._new.pop(connection, None)
        self._kept.pop(connection, None)

    def mark_kept(self, connection: Connection, now: float) -> None:
        if connection in self._open:
            self._kept[connection] = now

    def quiet_since(self, moment: float) -> list[Connection]:
        return [
            connection
            for idle in (self._new, self._kept)
            for connection, since in idle.items()
            if since <= moment
        ]

    def _close_first_idle(self, address: str | None = None) -> bool:
        """A new connection goes before a kept one: a media server keeps its connections.

        On a kept one a hook may have come that is not read yet.
        """
        quiet = (kept for kept in self._kept if not kept.has_begun_request)
        for connection in itertools.chain(self._new, quiet):
            if address in (None, connection.address):
                self.remove(connection)
                connection.close_quietly()
                return True
        return False
