"""A call that was asked for, as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hooks.limits.facts import LimitFacts
from hooks.limits.pricing import Rate, price
from tenants.destinations import Destination
from tenants.limits import Limits

SLICE = 300  # seconds of talk that are reserved at a time
# So many seconds before a slice ends the next one is reserved, or the call is ended: it takes a
# moment until it has ended, which is paid for already.
LEAD = 30


def bound_slice(longest: int | None, reserved: int = 0) -> int:
    """Seconds of the next slice; 0 where a talk that may last so long has all it needs."""
    if longest is None:
        return SLICE
    return max(min(SLICE, longest + LEAD - reserved), 0)


@dataclass(frozen=True, slots=True)
class Asked:
    at: datetime  # in the tenant's time zone, by the database's clock
    facts: LimitFacts
    destination: Destination
    rate: Rate | None  # None: there is none, so nobody knows what the call would cost
    seconds: int  # of talk to reserve at first
    longest: int | None  # seconds that the call may last
    limits: list[Limits]  # of every scope that bears on it

    @property
    def clock(self) -> float:
        return self.facts.clock

    @property
    def callee(self) -> str:
        return str(self.facts.callee_id)

    @property
    def visitors_callee(self) -> str:
        """Whom the visitor asked for, whoever is called in their place."""
        return str(self.facts.asked_callee_id or self.facts.callee_id)

    @property
    def money(self) -> int:
        """To reserve for that talk, in millionths."""
        return price(self.rate, self.seconds) if self.rate else 0

    @property
    def day(self) -> str:
        return self.at.isoformat()[:10]

    @property
    def month(self) -> str:
        return self.at.isoformat()[:7]
