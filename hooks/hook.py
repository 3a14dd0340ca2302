"""One POST from WCS on its way through the gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hooks.facts import NOTHING, Facts
from hooks.methods import Kind, Method
from hooks.payloads import Malformed, Payload, parse
from hooks.recording import Record
from tenants.origins import BadOrigin, Origin
from tenants.origins import parse as parse_origin


@dataclass(slots=True, eq=False)
class Hook:
    key: str
    method: Method
    body: bytes = field(repr=False)
    signature: str = field(repr=False)
    content_type: str
    payload: Payload | Malformed = field(repr=False)
    received_at: datetime
    origin: Origin | None = (
        None  # of a connect, in its normal form; None where it has none that a browser sends
    )
    verified: bool = False  # replayed from the spool: its signature was checked when it arrived

    # What the database knows; without the database only what is remembered of the instance.
    facts: Facts = field(default=NOTHING, repr=False)
    database_away: bool = False

    # What the view made of it.
    record: Record | None = field(default=None, repr=False)
    again: bool = False  # decide once more on fresh facts, after this record
    answer: tuple[int, bytes] | None = field(default=None, repr=False)
    attempts: int = 0
    answered: asyncio.Future[tuple[int, bytes]] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @classmethod
    def arrive(cls, key: str, method: Method, body: bytes, headers: dict[bytes, bytes]) -> Hook:
        payload = _parsed(body)
        return cls(
            key=key,
            method=method,
            body=body,
            signature=headers.get(b"authorization", b"").decode("latin-1"),
            content_type=headers.get(b"content-type", b"").decode("latin-1"),
            payload=payload,
            received_at=datetime.now(UTC),
            origin=_origin(payload) if method.kind is Kind.CONNECT else None,
        )

    def question(self, number: int) -> dict[str, Any]:
        """Its row of `hooks.statements.READ`. A malformed hook asks for its instance alone."""
        question: dict[str, Any] = {"n": number, "key": self.key}
        if isinstance(self.payload, Malformed):
            return question
        if self.method.kind is Kind.CONNECT:
            covering = (self.origin, *self.origin.parents()) if self.origin else ()
            question["origins"] = " ".join(map(str, covering))
        elif self.method.name == "call":
            question["alias"] = self.payload.text("callee")
        return {
            **question,
            "node": self.payload.text("nodeId"),
            "wcs_session": self.payload.text("sessionId"),
            "wcs_call": self.payload.text("callId"),
        }


def _parsed(body: bytes) -> Payload | Malformed:
    """The problem is kept, not raised: who may learn of it is decided after the signature."""
    try:
        return parse(body)
    except Malformed as problem:
        return problem


def _origin(payload: Payload | Malformed) -> Origin | None:
    if isinstance(payload, Malformed):
        return None
    try:
        return parse_origin(payload.text("origin"))
    except BadOrigin:
        return None
