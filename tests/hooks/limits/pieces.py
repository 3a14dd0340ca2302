"""Calls with limits, for the tests of rules and meters; no database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hooks.limits.facts import LimitFacts, MeterFacts
from hooks.limits.fallback import weigh_callees
from hooks.limits.ledger import Ledger
from hooks.limits.settlement import settle_call
from hooks.limits.weighing import Verdict

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC).timestamp()  # a Wednesday, 13:00 in Berlin
BERLIN = "+4930123456"


def limit_facts(**changes: Any) -> LimitFacts:
    """Of a call from a known visitor to a number in Berlin, without any limit."""
    facts = LimitFacts(
        clock=NOON,
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
    )
    texts = {
        name: json.dumps(value) if name.endswith("limits") else value
        for name, value in changes.items()
    }
    return facts._replace(**texts)


def ended_call(reservation: Any, talked: int | None = 0, **changes: Any) -> dict[str, Any]:
    """As the statement gives a call that has ended; `rang` seconds, `at` a time."""
    ended = {"id": "x", "reservation": reservation, "talked": talked}
    return {**ended, "rang": 1.0, "at": NOON, "ended_by": "finish", **changes}


def fallback(callee_id: int, alias: str, target: str = "10001", **changes: Any) -> dict[str, Any]:
    return {
        "callee_id": callee_id,
        "callee_alias": alias,
        "target": target,
        "callee_limits": json.dumps(changes.pop("limits", {})),
        "callee_number": "",
        "callee_destinations": None,
        "callee_ringing_capacity": None,
        "callee_cool_down": None,
        "rate": None,
        **changes,
    }


class Visitors:
    """Asks for one call after the other, on one ledger."""

    def __init__(
        self, target: str = BERLIN, meters: MeterFacts | None = None, **facts: Any
    ) -> None:
        self.facts, self.target = limit_facts(**facts), target
        self.ledger = Ledger(1, meters or MeterFacts())
        self._called = 0

    def ask(self, after: float = 0, **changes: Any) -> Verdict:
        """`after` so many seconds."""
        clock = self.facts.clock + after
        self.facts = self.facts._replace(clock=clock, worker_seen_at=clock - 1)
        facts = self.facts._replace(**changes)
        verdict = weigh_callees(facts, self.ledger, 7, "a", self.target)
        self._called += 1
        if verdict.rings_at:
            meter = self.ledger[verdict.rings_at]
            self.ledger[verdict.rings_at] = meter.ring(f"call {self._called}")
        return verdict

    def end(self, verdict: Verdict, talked: int | None = 0, **changes: Any) -> bool:
        """Whether that closes the callee."""
        ended = ended_call(verdict.reservation, talked, **{"at": self.facts.clock, **changes})
        meters = self.ledger._meters
        return settle_call(ended, meters).closes_callee

    def count_allowed(self, calls: int, **changes: Any) -> int:
        return sum(self.ask(**changes).reservation is not None for _ in range(calls))
