"""How many streams of a tenant live, as it is after those of a batch that were decided so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks.streams.facts import StreamFacts

TENANT = "streams"  # the scope of the meter that counts all of a tenant, and has the version
MOST_ENDED = 50  # streams that one statement reads, to count them no more


def alias_scope(alias_id: int) -> str:
    return f"streams alias {alias_id}"


class StreamLedgers(dict[int, "StreamLedger"]):
    """Of the tenants of one batch."""

    def open(self, tenant_id: int, facts: StreamFacts) -> StreamLedger:
        if tenant_id not in self:
            self[tenant_id] = StreamLedger(tenant_id, facts.version)
        self[tenant_id].note_read(facts)
        return self[tenant_id]


class StreamLedger:
    """Changes with each decision. What it holds is written together with the streams, or not at
    all: only if nobody else wrote the tenant's meter since it was read.
    """

    def __init__(self, tenant_id: int, version: int | None) -> None:
        self.tenant_id, self.version = tenant_id, version
        self.settled: dict[str, dict[str, Any]] = {}  # streams by their ids
        self.more_have_ended = False
        self._living: dict[str, dict[str, int]] = {}
        self._changed: set[str] = set()
        self._asked: set[tuple[str, str]] = set()

    def note_read(self, facts: StreamFacts) -> None:
        """Each hook of a batch reads the meters of its own alias, and those of what has ended."""
        for scope, living in (facts.meters or {}).items():
            self._living.setdefault(scope, dict(living))
        ended = facts.ended or []
        self.more_have_ended |= len(ended) >= MOST_ENDED
        for stream in ended:
            if stream["id"] not in self.settled:
                self.settled[stream["id"]] = stream
                self._count(stream["scope"], stream["kind"], -1)

    def note_asked(self, session_id: str, media_session_id: str) -> bool:
        """Whether the batch holds this stream for the first time."""
        key = (session_id, media_session_id)
        is_new = key not in self._asked
        self._asked.add(key)
        return is_new

    def living(self, scope: str, kind: str) -> int:
        return self._living.get(scope, {}).get(kind, 0)

    def begin(self, scope: str, kind: str) -> None:
        self._count(scope, kind, 1)

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """The tenant's own meter is always among them: its version says that something changed."""
        for scope in sorted(self._changed):
            yield {
                "tenant_id": self.tenant_id,
                "scope": scope,
                "version": self.version or 0,
                "state": self._living[scope],
            }

    def settled_rows(self) -> Iterator[dict[str, Any]]:
        for stream_id in self.settled:
            yield {"id": stream_id, "tenant_id": self.tenant_id}

    def _count(self, scope: str, kind: str, change: int) -> None:
        for one in (TENANT, scope):
            living = self._living.setdefault(one, {})
            living[kind] = max(living.get(kind, 0) + change, 0)
            self._changed.add(one)
