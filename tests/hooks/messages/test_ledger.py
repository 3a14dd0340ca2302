"""How many messages of one tenant a batch takes: as many as there is room for, each once."""

from __future__ import annotations

from hooks.messages.facts import MessageFacts
from hooks.messages.ledger import MessageLedger

FACTS = MessageFacts(
    minute=1,
    operations=["chat"],
    longest=4096,
    a_minute=3,
    a_minute_of_all=5,
    sent=1,
    sent_by_all=2,
    known=False,
)


def test_a_batch_takes_as_many_as_a_connection_and_the_tenant_have_room_for():
    ledger = MessageLedger()
    first = [ledger.take(1, "first", str(number), FACTS) for number in range(3)]
    second = [ledger.take(1, "second", str(number), FACTS) for number in range(3)]
    assert (first, second) == ([True, True, False], [True, False, False])
    assert ledger.take(2, "of another tenant", "0", FACTS)


def test_one_that_stands_twice_in_a_batch_is_taken_once():
    ledger = MessageLedger()
    assert [ledger.take(1, "first", "same", FACTS) for _ in range(2)] == [True, False]
    assert ledger.take(1, "second", "same", FACTS)
