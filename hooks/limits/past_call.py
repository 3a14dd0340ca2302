"""A call that was recorded, as a replay under other limits needs it."""

from __future__ import annotations

from typing import NamedTuple

from hooks.limits.pricing import Rate, price
from tenants.destinations import Destination


class PastCall(NamedTuple):
    """Times in seconds since 1970."""

    id: str
    asked_at: float
    answered_at: float | None
    ended_at: float  # of a call that still lives: now
    is_end_known: bool  # False: nobody knows how long it lasted
    was_allowed: bool
    visitor: str
    ticketed: bool
    domain_id: int | None
    account_id: str | None
    callee_id: int
    alias: str
    destination: Destination
    rate: Rate | None
    cost: int | None  # in millionths, as it was settled

    @property
    def talked(self) -> int:
        """Seconds."""
        return whole_seconds(self.ended_at - (self.answered_at or self.ended_at))

    def price_until(self, moment: float) -> int:
        """Where nobody answered, nothing."""
        if self.rate is None or self.answered_at is None:
            return 0
        return price(self.rate, whole_seconds(moment - self.answered_at))

    @property
    def real_cost(self) -> int:
        return self.price_until(self.ended_at) if self.cost is None else self.cost


def whole_seconds(seconds: float) -> int:
    """A second that has begun counts."""
    return max(-int(-seconds // 1), 0)
