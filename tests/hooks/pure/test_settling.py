"""The answer and the record of a connect, of a call, and of what is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from hooks.facts import Facts
from hooks.ledgers import Ledgers
from hooks.lifecycle import SessionProgress
from hooks.reasons import Decision, Reason
from hooks.recording import Record
from hooks.rewriting import call_answer, connect_answer
from hooks.settling import settle
from tests.hooks.pure.pieces import (
    ACCOUNT_ID,
    CALL_ID,
    DOMAIN_ID,
    INSTANCE_ID,
    NOW,
    RECEIVED_AT,
    SECRETS,
    SESSION_ID,
    SIP_PASSWORD,
    TENANT_ID,
    asked_facts,
    call_facts,
    check_event,
    connect_facts,
    instance_facts,
    make_hook,
    seal_password,
    seal_signing,
)

REFUSED_BODY = {"status": 403, "reason": "Calls are not available here"}
AWAY_BODY = {"status": 503, "reason": "Calls are not available now"}


def living_facts(hook, **changes):
    """A session that this connect opened, and that lives."""
    living = {
        "session_id": SESSION_ID,
        "session_opened_at": NOW - timedelta(seconds=5),
        "session_digest": hook.payload.digest,
        "connect_answered_before": True,
    }
    return connect_facts(**{**living, **changes})


def test_a_connect_opens_a_session_and_gets_the_account():
    hook, facts = make_hook("connect"), connect_facts(node_known=False)
    outcome = settle(hook, facts, NOW)
    opened = outcome.record.opened

    assert outcome.answer.reason is Reason.ALLOWED
    assert outcome.answer.body == connect_answer(facts, SIP_PASSWORD)
    assert opened == {
        "id": opened["id"],
        "tenant_id": TENANT_ID,
        "instance_id": INSTANCE_ID,
        "node_id": hook.payload["nodeId"],
        "wcs_session_id": hook.payload["sessionId"],
        "app_key": "defaultApp",
        "domain_id": DOMAIN_ID,
        "origin": "https://www.acme.example",
        "sip_account_id": ACCOUNT_ID,
        "sip_login": "10001",
        "connect_digest": hook.payload.digest,
        "opened_at": RECEIVED_AT,
        "node_is_new": True,
        "visitor": "",
        "visitor_display": "",
        "ticketed": False,
        "ticket_alias": "",
        "publish_alias": "",
        "play_alias": "",
        "label": "",
        "context": None,
        "jti": None,
        "spent_until": None,
        "sip_password_since": None,
        "tries_password": False,
    }
    assert uuid.UUID(opened["id"]).version == 7
    check_event(outcome, session_id=opened["id"], only_with=opened["id"], tenant_id=TENANT_ID)
    assert outcome.record == Record(outcome.record.event, opened=opened)
    assert not outcome.again


def test_the_origin_of_a_session_is_in_its_normal_form():
    outcome = settle(
        make_hook("connect", origin="HTTPS://WWW.Acme.Example:443"), connect_facts(), NOW
    )

    assert outcome.record.opened["origin"] == "https://www.acme.example"
    assert outcome.record.opened["node_is_new"] is False


def test_a_repeated_connect_gets_the_same_answer_and_opens_nothing():
    hook = make_hook("connect")
    outcome = settle(hook, living_facts(hook), NOW)

    assert outcome.answer.reason is Reason.DUPLICATE
    assert outcome.answer.body == settle(hook, connect_facts(), NOW).answer.body
    assert outcome.record == Record(outcome.record.event)
    check_event(outcome, session_id=SESSION_ID, only_with=None)


@pytest.mark.parametrize("again", [{"connect_answered_before": False}, {}])
def test_a_new_connection_ends_the_session_that_lives_under_its_id_first(again):
    hook = make_hook("connect", sessionId="an id that recurs")
    long_ago = {"session_opened_at": NOW - timedelta(minutes=2), **again}
    outcome = settle(hook, living_facts(hook, **long_ago), NOW)

    end = SessionProgress(None, RECEIVED_AT, "superseded")
    assert outcome.again
    assert outcome.record == Record(session=(SESSION_ID, end))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"domain_id": None}, Reason.ORIGIN_UNKNOWN),
        ({"tenant_status": "suspended"}, Reason.TENANT_SUSPENDED),
        ({"connect_answered_before": True}, Reason.CONNECT_REPLAYED),
    ],
)
def test_a_refused_connect_leaves_one_event(changes, reason):
    outcome = settle(make_hook("connect"), connect_facts(**changes), NOW)

    assert (outcome.answer.reason, outcome.answer.body) == (reason, REFUSED_BODY)
    assert outcome.record == Record(outcome.record.event)
    check_event(outcome, session_id=None, call_id=None)


def test_a_call_is_recorded_and_gets_our_target():
    hook = make_hook("call")
    outcome = settle(hook, call_facts(), NOW)
    asked = outcome.record.asked

    assert outcome.answer.body == call_answer("+4930123456", "10001")
    assert asked == {
        "id": asked["id"],
        "tenant_id": TENANT_ID,
        "session_id": SESSION_ID,
        "wcs_call_id": hook.payload["callId"],
        "alias": "sales",
        "target": "+4930123456",
        "caller": "10001",
        "decision": Decision.ALLOWED,
        "reason": Reason.ALLOWED,
        "asked_at": RECEIVED_AT,
        "ended_at": None,
        "ended_by": "",
        "visitor": "",
        "reservation": asked["reservation"],
        "fallback": "",
    }
    assert asked["reservation"]["scopes"] == ["tenant"]
    check_event(outcome, call_id=asked["id"], only_with=asked["id"], session_id=SESSION_ID)
    assert outcome.record == Record(outcome.record.event, asked=asked)


def test_a_repeated_call_gets_the_target_of_its_record():
    outcome = settle(make_hook("call"), asked_facts(), NOW)

    assert outcome.answer.reason is Reason.DUPLICATE
    assert outcome.answer.body == call_answer("+4930123456", "10001")
    assert outcome.record == Record(outcome.record.event)
    check_event(outcome, call_id=CALL_ID, only_with=None)


def test_a_call_twice_in_one_batch_is_decided_again_and_stops_nobody_else():
    ledgers = Ledgers()
    first, second = (settle(make_hook("call"), call_facts(), NOW, ledgers) for _ in "12")

    assert (first.again, first.answer.reason) == (False, Reason.ALLOWED)
    assert (second.again, second.record) == (True, None)


def test_a_refused_call_is_a_record_that_has_ended():
    outcome = settle(make_hook("call", callee="+88213000000"), call_facts(callee_target=None), NOW)
    asked = outcome.record.asked

    assert outcome.answer.body == REFUSED_BODY
    assert (asked["alias"], asked["target"]) == ("+88213000000", "")
    assert (asked["decision"], asked["reason"]) == (Decision.REFUSED, Reason.CALLEE_UNKNOWN)
    assert (asked["ended_at"], asked["ended_by"]) == (RECEIVED_AT, "refused")
    check_event(outcome, call_id=asked["id"], only_with=asked["id"])


@pytest.mark.parametrize(
    ("method", "facts"),
    [
        ("call", call_facts(session_id=None)),  # nobody knows whose it is
        ("call", asked_facts(call_ended_at=NOW)),  # the record of that id exists
        ("transfer", call_facts()),
        ("OnCallEvent", call_facts()),
    ],
)
def test_what_else_is_refused_is_no_call(method, facts):
    outcome = settle(make_hook(method, "call"), facts, NOW)

    assert outcome.answer.body == REFUSED_BODY
    assert outcome.record == Record(outcome.record.event)
    check_event(outcome, call_id=facts.call_id, only_with=None)


def test_a_hook_of_no_instance_leaves_nothing():
    outcome = settle(make_hook("connect"), Facts(), NOW)

    assert outcome.answer.reason is Reason.INSTANCE_UNKNOWN
    assert outcome.record is None
    assert outcome.is_recorded(())


def test_a_wrong_signature_decides_before_everything_else():
    outcome = settle(make_hook("connect", secret="guessed"), connect_facts(), NOW)

    assert (outcome.answer.reason, outcome.answer.body) == (Reason.SIGNATURE_WRONG, REFUSED_BODY)
    assert outcome.record == Record(outcome.record.event)


@pytest.mark.parametrize(
    "unreadable",
    [
        {"account_password": "v1.lost.AAAA"},
        {"account_password": None},
        {"account_password": seal_password(tenant_id=TENANT_ID + 1)},  # moved from another row
        {"instance_signing_secret": "v1.lost.AAAA"},
    ],
)
def test_a_secret_that_does_not_open_refuses_the_hook(unreadable):
    outcome = settle(make_hook("connect"), connect_facts(**unreadable), NOW)

    assert outcome.answer.reason is Reason.SECRET_UNREADABLE
    assert outcome.answer.body == AWAY_BODY
    assert outcome.answer.detail
    assert "AAAA" not in outcome.answer.detail
    check_event(outcome, detail=outcome.answer.detail)
    assert outcome.record.opened is None


def test_an_outcome_is_recorded_when_what_it_creates_came_to_be():
    outcome = settle(make_hook("connect"), connect_facts(), NOW)

    assert outcome.is_recorded({outcome.record.opened["id"]})
    assert not outcome.is_recorded({"another"})
    assert settle(make_hook("transfer"), call_facts(), NOW).is_recorded(())


def test_an_unsigned_instance_is_settled_without_a_signature():
    facts = connect_facts(instance_unsigned=True, instance_signing_secret="")

    assert settle(make_hook("connect", secret=""), facts, NOW).answer.reason is Reason.ALLOWED


def test_a_rotated_secret_is_tried_with_the_facts_of_now():
    rotated = instance_facts(
        instance_signing_secret=seal_signing("the-next"),
        instance_previous_signing_secret=seal_signing(field="previous_signing_secret"),
    )

    for secret in ("the-next", SECRETS[1]):
        outcome = settle(make_hook("connect", secret=secret), rotated, NOW)
        assert outcome.answer.reason is Reason.ORIGIN_UNKNOWN


def test_who_tries_the_honey_alias_is_blocked_at_once():
    facts = call_facts(
        honey_alias="sales", session_visitor="v", session_visitor_display="203.0.113.5"
    )
    outcome = settle(make_hook("call"), facts, NOW)

    assert outcome.answer.reason is Reason.HONEY_ALIAS
    assert outcome.record.breach == {
        "tenant_id": TENANT_ID,
        "visitor": "v",
        "display": "203.0.113.5",
        "because": Reason.HONEY_ALIAS,
        "times": 3,
    }
