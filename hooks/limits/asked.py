"""A call that was asked for, as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tenants.destinations import Destination

from hooks.limits.facts import LimitFacts
from hooks.limits.pricing import Rate, price

SLICE = 300  # seconds of talk that are reserved at a time


@dataclass(frozen=True, slots=True)
class Asked:
    at: datetime  # in the tenant's time zone, by the database's clock
    facts: LimitFacts
    destination: Destination
    rate: Rate | None  # None: there is none, so nobody knows what the call would cost
    seconds: int  # of talk to reserve at first
    longest: int | None  # seconds that the call may last

    @property
    def clock(self) -> float:
        return self.facts.clock

    @property
    def callee(self) -> str:
        return str(self.facts.callee_id)

    @property
    def money(self) -> int:
        """To reserve for that talk, in millionths."""
        return price(self.rate, self.seconds) if self.rate else 0

    @property
    def day(self) -> str:
        return self.at.strftime("%Y-%m-%d")

    @property
    def month(self) -> str:
        return self.at.strftime("%Y-%m")
