"""What connections have sent and nobody has taken yet: all of it together is bounded."""

from __future__ import annotations

from typing import Protocol

SMALL = 16 * 1024  # bytes, which each connection may have
TOGETHER = 32 * 1024**2  # bytes of those that have more


class Connection(Protocol):
    def close_at_once(self) -> None: ...


class Unread:
    """Where it is too much, whoever has waited longest is closed: a good hook is taken at once."""

    def __init__(self, at_most: int = TOGETHER) -> None:
        self._at_most, self._total = at_most, 0
        self._sizes: dict[Connection, int] = {}  # the oldest come first

    def note(self, connection: Connection, size: int) -> None:
        """`size`: bytes that wait there now."""
        if size <= SMALL:
            return self.forget(connection)
        self._total += size - self._sizes.get(connection, 0)
        self._sizes[connection] = size
        while self._total > self._at_most:
            oldest = next(iter(self._sizes))
            self.forget(oldest)
            oldest.close_at_once()
        return None

    def forget(self, connection: Connection) -> None:
        self._total -= self._sizes.pop(connection, 0)
