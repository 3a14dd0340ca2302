"""What the database knows that bears on one stream: a JSON column of the reading statement.

The statement builds that column from these names.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import orjson


class StreamFacts(NamedTuple):
    clock: float  # of the database, in seconds since 1970: one for all gateways
    worker_seen_at: float | None

    alias_id: int | None  # None: the tenant lists no such alias
    name: str | None  # the real one
    may_publish: bool | None
    may_play: bool | None
    publishers: int | None
    players: int | None
    longest_seconds: int | None
    tenant_publishers: int | None
    tenant_players: int | None

    version: int | None = None  # of the tenant's meter of streams; None: it has none yet
    meters: dict[str, dict[str, int]] | None = None  # by scope
    ended: list[dict[str, Any]] | None = None  # streams that are still counted as living

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**orjson.loads(text))
