"""The judge of all faults: whatever breaks a rule is found, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.faults.judging import judge, leave_out
from tests.faults.load import Sent
from tests.faults.rows import Rows
from tests.faults.tenants import CAPPED

SESSION = "session"


def call_of(number: int, begins: float, ends: float) -> list[Sent]:
    """An allowed call of the capped tenant, with its end."""
    call = f"call-{number}"
    asked = Sent(2 * number, "call", SESSION, call, "", False, CAPPED, sent_at=begins, answer=200)
    told = Sent(
        2 * number + 1,
        "CallStatusEvent",
        SESSION,
        call,
        "FINISH",
        False,
        CAPPED,
        sent_at=ends,
        answer=200,
    )
    return [asked, told]


def recorded(log: list[Sent], **changes) -> Rows:
    """As it must be."""
    allowed = {sent.call for sent in log if sent.method == "call" and sent.answer == 200}
    rows = {
        "events": Counter(sent.number for sent in log if sent.answer == 200),
        "sessions": Counter({SESSION: 1}),
        "living_sessions": set(),
        "calls": Counter(allowed),
        "living_calls": set(),
        "allowed_calls": allowed,
        "held": 0,
    }
    return Rows(**(rows | changes))


def broken(log: list[Sent], rows: Rows | None = None) -> list[str]:
    verdict = judge(
        "fault", "way", log, rows or recorded(log), (5.0, 10.0), leader_after=5.0, ready_max=0.0
    )
    return verdict.broken_rules


def test_a_call_that_is_all_in_the_rows_breaks_no_rule():
    assert broken(call_of(1, 1, 2)) == []


def test_an_acknowledged_event_that_is_not_there_is_lost():
    log = call_of(1, 1, 2)
    assert broken(log, recorded(log, events=Counter({2: 1}))) == ["1 acknowledged hooks were lost"]


def test_an_event_is_there_as_often_as_it_came():
    log = call_of(1, 1, 2)
    twice = recorded(log, events=Counter({2: 1, 3: 2}))
    assert broken(log, twice) == ["1 hooks were recorded twice"]
    log[1].repeats = 1
    assert broken(log, twice) == []


def test_a_call_that_is_there_twice_was_applied_twice():
    log = call_of(1, 1, 2)
    log[0].repeats = 3
    assert broken(log, recorded(log, calls=Counter({"call-1": 2}))) == [
        "1 hooks were recorded twice"
    ]


def test_what_a_restore_took_back_is_not_lost():
    """What came before the dump is asked for, and what came after the restore."""
    early, between, late = (call_of(number, number, number + 0.5) for number in (1, 2, 3))
    told = ("CallStatusEvent", SESSION, "call-2", "FINISH", False)
    told_late = Sent(9, *told, sent_at=3.5, answer=200)
    told_in_vain = Sent(10, *told, sent_at=2.2, answer=503)
    log = [*early, *between, *late, told_late, told_in_vain]
    assert leave_out(log, since=1.8, until=2.8) == [*early, *late, told_in_vain]


@pytest.mark.parametrize(("tenant", "found"), [("open", 1), (CAPPED, 0)])
def test_what_the_rules_allow_is_not_refused(tenant, found):
    """Of the capped tenant nobody here knows."""
    call = Sent(1, "call", SESSION, "call-1", "", False, tenant, answer=403)
    wrong = [f"{found} hooks were refused against the rules"] if found else []
    assert broken([call]) == wrong


@pytest.mark.parametrize("answer", [200, 0])
def test_what_the_rules_forbid_is_not_allowed_unseen_either(answer):
    log = call_of(1, 1, 2)
    rows = recorded(log)
    log[0].is_forbidden, log[0].answer = True, answer
    assert "1 hooks were wrongly allowed" in broken(log, rows)


@pytest.mark.parametrize(("third_begins", "found"), [(4.0, 1), (6.5, 0)])
def test_more_calls_at_once_than_the_cap_allows(third_begins, found):
    log = [*call_of(1, 1, 6), *call_of(2, 2, 7), *call_of(3, third_begins, 8)]
    assert broken(log) == ["3 calls at once, where 2 are allowed"] * found


@pytest.mark.parametrize("what", ["living_sessions", "living_calls"])
def test_what_lives_on_is_a_ghost(what):
    log = call_of(1, 1, 2)
    left = {SESSION} if what == "living_sessions" else {"call-1"}
    assert len(broken(log, recorded(log, **{what: left}))) == 1


def test_refusals_long_after_the_fault_are_no_full_service():
    late = [Sent(number, "connect", f"session-{number}", "", "", False) for number in range(10)]
    for sent in late:
        sent.sent_at, sent.answer = 15.5, 503
    assert broken(late) == ["no full service 5 s after the fault"]


@pytest.mark.parametrize(("slow", "found"), [(1, 0), (2, 1)])
def test_refusals_that_take_long(slow, found):
    refused = [Sent(number, "connect", f"session-{number}", "", "", False) for number in range(9)]
    for number, sent in enumerate(refused):
        sent.sent_at, sent.answer, sent.seconds = 6.0, 503, 1.2 if number < slow else 0.5
    assert broken(refused) == ["2 refusals took more than 1 s"] * found
