"""What the database knows that bears on one message of a page: a JSON column of a statement."""

from __future__ import annotations

from typing import NamedTuple, Self

import orjson


class MessageFacts(NamedTuple):
    minute: int  # of the database's clock, since 1970
    operations: list[str]  # those that the tenant takes; empty: no message
    longest: int  # bytes
    a_minute: int  # of one connection
    a_minute_of_all: int  # of the tenant
    sent: int  # by this connection, in this minute
    sent_by_all: int
    known: bool  # by its operationId: sent by this session before, or by us to this session

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**orjson.loads(text))
