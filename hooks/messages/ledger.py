"""What the messages of one batch add to the counts that were read for it."""

from __future__ import annotations

from collections import Counter

from hooks.messages.facts import MessageFacts


class MessageLedger:
    """Of all tenants: a batch takes as many messages of one as its counts leave room for."""

    def __init__(self) -> None:
        self._of_session: Counter[str] = Counter()
        self._of_tenant: Counter[int] = Counter()
        self._taken: set[tuple[str, str]] = set()

    def take(self, tenant_id: int, session_id: str, operation_id: str, facts: MessageFacts) -> bool:
        """Whether it is counted; else it is decided again, when those before it are recorded."""
        key = (session_id, operation_id)
        has_room = (
            facts.sent + self._of_session[session_id] < facts.a_minute
            and facts.sent_by_all + self._of_tenant[tenant_id] < facts.a_minute_of_all
        )
        if key in self._taken or not has_room:
            return False

        self._taken.add(key)
        self._of_session[session_id] += 1
        self._of_tenant[tenant_id] += 1
        return True
