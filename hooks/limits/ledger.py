"""The meters of one tenant as they are after the calls of a batch that were decided so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hooks.limits.facts import MeterFacts
from hooks.limits.meter import Meter
from hooks.limits.scope import TENANT
from hooks.limits.settlement import settle_call

MOST_ENDED = 100  # calls that one statement reads, to give back what they reserved


class Ledger:
    """Changes with each decision. What it holds is written together with the calls, or not at all.

    It is written only if nobody else wrote the tenant's meters since they were read.
    """

    def __init__(self, tenant_id: int, facts: MeterFacts) -> None:
        ended, ringing = facts.ended or (), facts.ringing or ()
        self.tenant_id = tenant_id
        self.version = facts.version
        self.more_have_ended = len(ended) >= MOST_ENDED
        self._stored = {
            scope: Meter.from_json(stored).keep_ringing(ringing)
            for scope, stored in (facts.meters or {}).items()
        }
        self._meters = dict(self._stored)
        self._asked: set[tuple[str, str]] = set()
        self.settled = [settle_call(call, self._meters) for call in ended]

    def __getitem__(self, scope: str) -> Meter:
        return self._meters.get(scope, Meter())

    def __setitem__(self, scope: str, meter: Meter) -> None:
        self._meters[scope] = meter

    def note_call(self, session_id: str, wcs_call_id: str) -> bool:
        """Whether the batch holds this call for the first time; twice, it would count twice."""
        key = (session_id, wcs_call_id)
        if key in self._asked:
            return False
        self._asked.add(key)
        return True

    @property
    def has_changed(self) -> bool:
        return bool(self.settled) or any(True for _ in self._changed())

    def as_rows(self) -> Iterator[dict[str, Any]]:
        """The tenant's own meter is always among them: its version says that something changed."""
        yield self._row(TENANT, self[TENANT])
        for scope, meter in self._changed():
            if scope != TENANT:
                yield self._row(scope, meter)

    def settled_rows(self) -> Iterator[dict[str, Any]]:
        for settlement in self.settled:
            yield {
                "id": settlement.call_id,
                "tenant_id": self.tenant_id,
                "cost": settlement.cost,
                "closes_callee": settlement.closes_callee,
            }

    def _changed(self) -> Iterator[tuple[str, Meter]]:
        for scope, meter in self._meters.items():
            if meter is not self._stored.get(scope):
                yield scope, meter

    def _row(self, scope: str, meter: Meter) -> dict[str, Any]:
        return {
            "tenant_id": self.tenant_id,
            "scope": scope,
            "version": self.version or 0,
            "state": meter.as_json(),
        }
