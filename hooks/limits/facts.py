"""What the database knows that bears on a call's limits; JSON columns of the reading statement.

The statement builds those columns from these names.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import orjson


class LimitFacts(NamedTuple):
    """Limits are JSON texts, so that what was read of them can be kept."""

    clock: float  # of the database, in seconds since 1970: one for all gateways
    worker_seen_at: float | None

    country: str
    currency: str
    time_zone: str
    tickets: str
    destinations: str | None
    hours: str | None
    holidays: str
    tenant_limits: str

    domain_limits: str
    account_limits: str
    account_internal_rate: str | None
    callee_id: int
    callee_limits: str
    callee_number: str
    callee_destinations: str | None
    rate: list[Any] | None  # per minute, connect fee, first and next increment, currency

    visitor: str  # empty: whoever calls cannot be told apart from others
    ticketed: bool

    callee_alias: str = ""
    callee_ringing_capacity: int | None = None
    callee_cool_down: int | None = None  # seconds
    fallbacks: list[dict[str, Any]] | None = None  # by the callees' fields of these facts
    session: str = ""
    asked_callee_id: int | None = None  # where a fallback is weighed in its place

    @property
    def protects_callee(self) -> bool:
        return self.callee_ringing_capacity is not None or self.callee_cool_down is not None

    @property
    def attempts(self) -> str:
        """The meter that remembers whom the visitor, or else the session, did not reach."""
        return f"attempts {self.visitor or self.session}" if self.fallbacks else ""

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**orjson.loads(text))


class MeterFacts(NamedTuple):
    """The meters of a tenant that bear on its calls of one batch."""

    version: int | None = None  # of the tenant's meter; None: it has none yet
    meters: dict[str, Any] | None = None  # by scope
    ended: list[dict[str, Any]] | None = None  # calls that did not give back yet what they reserved
    ringing: list[str] | None = None  # those of the meters' calls that ring still

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**orjson.loads(text))
