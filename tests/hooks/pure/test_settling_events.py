"""What an event that WCS reports leaves behind."""

from __future__ import annotations

import pytest

from hooks.ledgers import Ledgers
from hooks.lifecycle import CallProgress, SessionProgress
from hooks.reasons import Decision, Reason
from hooks.recording import Record
from hooks.settling import settle
from tests.hooks.pure.pieces import (
    CALL_ID,
    NOW,
    RECEIVED_AT,
    SESSION_ID,
    check_event,
    event_facts,
    make_hook,
    talking_facts,
)

NO_CALL = {"call_id": None, "call_decision": None}


@pytest.mark.parametrize(
    ("method", "file", "facts"),
    [
        ("hangup", "hangup", event_facts()),
        ("RegistrationStatusEvent", "connection_established", event_facts(**NO_CALL)),
        ("NovelEvent", "transfer", event_facts()),
        ("ConnectionStatusEvent", "connection_disconnected", event_facts(session_id=None)),
        ("CallStatusEvent", "call_finish", event_facts(session_id=None, **NO_CALL)),
        ("CallStatusEvent", "call_finish", event_facts(**NO_CALL)),
    ],
)
def test_these_are_only_noted(method, file, facts):
    outcome = settle(make_hook(method, file), facts, NOW)

    assert outcome.answer.body == {}
    assert outcome.record == Record(outcome.record.event)
    check_event(outcome, method=method, session_id=facts.session_id, call_id=facts.call_id)


@pytest.mark.parametrize(
    ("file", "progress"),
    [
        ("connection_established", SessionProgress(established_at=RECEIVED_AT)),
        (
            "connection_disconnected",
            SessionProgress(ended_at=RECEIVED_AT, ended_by="disconnected"),
        ),
    ],
)
def test_an_event_of_a_connection_moves_its_session(file, progress):
    outcome = settle(make_hook("ConnectionStatusEvent", file), event_facts(**NO_CALL), NOW)

    assert outcome.answer.body == {}
    assert outcome.record == Record(outcome.record.event, session=(SESSION_ID, progress))


def test_an_event_of_a_connection_that_says_nothing_moves_nothing():
    hook = make_hook("ConnectionStatusEvent", "connection_established", status="PENDING")
    outcome = settle(hook, event_facts(), NOW)

    assert outcome.record == Record(outcome.record.event)


@pytest.mark.parametrize("decision", ["allowed", "refused"])
def test_an_event_of_a_call_moves_the_call(decision):
    outcome = settle(
        make_hook("CallStatusEvent", "call_ring"), event_facts(call_decision=decision), NOW
    )
    report = CallProgress(RECEIVED_AT, ringing_at=RECEIVED_AT, sip_status=180)

    assert outcome.answer.body == {}
    assert outcome.record == Record(outcome.record.event, call=(CALL_ID, report))
    check_event(outcome, call_id=CALL_ID, session_id=SESSION_ID)


def test_a_call_that_was_never_asked_for_is_created_first():
    hook = make_hook("CallStatusEvent", "call_ring", callee="+88213000000")
    outcome = settle(hook, event_facts(**NO_CALL), NOW)
    asked = outcome.record.asked

    assert outcome.again
    assert outcome.record == Record(asked=asked)
    assert (asked["alias"], asked["target"], asked["ended_by"]) == ("", "+88213000000", "")
    assert (asked["decision"], asked["reason"]) == (Decision.NOTED, Reason.CALL_NEVER_ASKED)


@pytest.mark.parametrize("call_id", [..., None, ""])
def test_a_call_without_an_id_is_not_created(call_id):
    hook = make_hook("CallStatusEvent", "call_ring", callId=call_id)
    outcome = settle(hook, event_facts(**NO_CALL), NOW)

    assert outcome.answer.reason is Reason.CALL_NEVER_ASKED
    assert outcome.record == Record(outcome.record.event)


def test_tones_are_counted_and_go_back_as_they_came():
    hook, facts = make_hook("sendDtmf", dtmf="4*"), talking_facts()
    outcome = settle(hook, facts, NOW)

    assert outcome.answer.body == {"dtmf": "4*", "type": "RFC2833"}
    counted = {"call_id": CALL_ID, "presses": 1, "sent": 2, "last": [NOW.timestamp()] * 2}
    assert outcome.record == Record(outcome.record.event, tones=counted)
    assert outcome.record.creates == CALL_ID
    check_event(outcome, call_id=CALL_ID, only_with=CALL_ID)
    assert "4*" not in str(outcome.record)


def test_tones_of_one_call_in_one_batch_count_one_after_the_other():
    ledgers = Ledgers()
    first, second = (settle(make_hook("sendDtmf"), talking_facts(), NOW, ledgers) for _ in "12")

    assert not first.again
    assert (second.again, second.record) == (True, None)
