"""Calls with limits, for the tests of rules and meters; no database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hooks.limits.facts import LimitFacts
from hooks.limits.ledger import Ledger
from hooks.limits.weighing import Verdict, weigh_call

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC).timestamp()  # a Wednesday, 13:00 in Berlin
BERLIN = "+4930123456"


def limit_facts(**changes: Any) -> LimitFacts:
    """Of a call from a known visitor to a number in Berlin, without any limit."""
    facts = LimitFacts(
        clock=NOON,
        version=None,
        worker_seen_at=NOON - 1,
        country="DE",
        currency="EUR",
        time_zone="Europe/Berlin",
        tickets="off",
        destinations=None,
        hours=None,
        holidays="[]",
        tenant_limits="{}",
        domain_limits="{}",
        account_limits="{}",
        account_internal_rate="0.00",
        callee_id=9,
        callee_limits="{}",
        callee_number="4930123456",
        callee_destinations=None,
        rate=[60_000, 0, 60, 60, "EUR"],
        visitor="v",
        ticketed=False,
        ticket_alias="",
        meters=None,
        ended=None,
    )
    texts = {
        name: json.dumps(value) if name.endswith("limits") else value
        for name, value in changes.items()
    }
    return facts._replace(**texts)


class Visitors:
    """Asks for one call after the other, on one ledger."""

    def __init__(self, target: str = BERLIN, **facts: Any) -> None:
        self.facts, self.target = limit_facts(**facts), target
        self.ledger = Ledger(1, self.facts)

    def ask(self, after: float = 0, **changes: Any) -> Verdict:
        """`after` so many seconds."""
        clock = self.facts.clock + after
        self.facts = self.facts._replace(clock=clock, worker_seen_at=clock - 1)
        facts = self.facts._replace(**changes)
        return weigh_call(facts, self.ledger, 7, "a", self.target)

    def count_allowed(self, calls: int, **changes: Any) -> int:
        return sum(self.ask(**changes).reservation is not None for _ in range(calls))
