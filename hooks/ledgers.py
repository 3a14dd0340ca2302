"""What the hooks of one batch take, so that each is decided after those before it."""

from __future__ import annotations

from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.messages.ledger import MessageLedger
from hooks.streams.ledger import StreamLedgers


class Ledgers(dict[int, Ledger]):
    """The meters of calls by tenant, and beside them what else counts in a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.calls_with_tones: set[str] = set()
        self.messages = MessageLedger()
        self.streams = StreamLedgers()
        self._metering: dict[int, str] = {}

    def note_meters(self, tenant_id: int | None, metering: str | None) -> None:
        """`metering`: MeterFacts as JSON. It is read when a call of the tenant is weighed."""
        if tenant_id is not None and metering is not None:
            self._metering[tenant_id] = metering

    def open(self, tenant_id: int) -> Ledger:
        if tenant_id not in self:
            text = self._metering.get(tenant_id)
            facts = MeterFacts.from_json(text) if text else MeterFacts()
            self[tenant_id] = Ledger(tenant_id, facts)
        return self[tenant_id]

    def note_ringing(self, tenant_id: int | None, scope: str, call_id: str) -> None:
        """`scope` is empty where nothing counts ringing calls."""
        if tenant_id is not None and scope:
            ledger = self[tenant_id]
            ledger[scope] = ledger[scope].ring(call_id)
