"""Facts and the reason they lead to; every reason of a decision is in a table."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rest_framework.exceptions import UnsupportedMediaType

from hooks import settling
from hooks.authentication import Refused
from hooks.facts import Facts
from hooks.hook import Proof
from hooks.methods import METHODS, Kind, find
from hooks.payloads import Malformed
from hooks.policy import GOES_ON, REPEATED_WITHIN, decide, decide_without_database, supersedes
from hooks.reasons import Decision, Reason
from hooks.settling import settle
from hooks.views import explain_refusal
from tenants.secrets.encryption import SecretUnreadable
from tests.hooks.pure.pieces import (
    NOW,
    SESSION_ID,
    asked_facts,
    call_facts,
    connect_facts,
    event_facts,
    instance_facts,
    make_hook,
    parsed,
    talking_facts,
)

RECURRING_ID = "/192.168.1.102:55839/192.168.1.101:8443"  # as builds before 2022 name sessions
MOMENT = timedelta(microseconds=1)


def repeated_facts(**changes):
    """A living session that this very connect opened."""
    living = {
        "session_id": SESSION_ID,
        "session_opened_at": NOW - timedelta(seconds=5),
        "session_digest": parsed("connect").digest,
        "connect_answered_before": True,
    }
    return connect_facts(**{**living, **changes})


LONG_AGO = {"session_opened_at": NOW - REPEATED_WITHIN}
CONNECTS = [
    ("allowed", {}, connect_facts()),
    ("allowed", {"custom": {"another": "page"}}, repeated_facts(connect_answered_before=False)),
    ("duplicate", {}, repeated_facts()),
    ("duplicate", {}, repeated_facts(session_opened_at=NOW - REPEATED_WITHIN + MOMENT)),
    ("connect_replayed", {}, repeated_facts(**LONG_AGO)),
    ("connect_replayed", {}, repeated_facts(session_ended_at=NOW)),
    ("connect_replayed", {}, repeated_facts(session_digest="another")),
    ("connect_replayed", {}, connect_facts(connect_answered_before=True)),
    (
        "session_id_recurs",
        {"sessionId": RECURRING_ID},
        connect_facts(connect_answered_before=True),
    ),
    ("origin_missing", {"origin": ...}, connect_facts(domain_id=None)),
    ("origin_missing", {"origin": ""}, connect_facts(domain_id=None)),
    ("origin_malformed", {"origin": "null"}, connect_facts(domain_id=None)),
    ("origin_unknown", {}, connect_facts(domain_id=None)),
    ("tenant_not_served", {}, connect_facts(tenant_served=False)),
    ("tenant_suspended", {}, connect_facts(tenant_status="suspended")),
    ("tenant_suspended", {}, repeated_facts(tenant_status="suspended")),
    ("sip_account_missing", {}, connect_facts(account_id=None)),
    ("domain_unproved", {}, connect_facts(domain_unproved=True)),
    ("domain_unproved", {}, repeated_facts(domain_unproved=True)),
    ("allowed", {}, connect_facts(domain_unproved=False)),
    ("switched_off", {}, connect_facts(switched_off="everything")),
    ("switched_off", {}, repeated_facts(switched_off="tenant 1")),
    ("tenant_moves", {}, connect_facts(switched_off="move of tenant 1")),
    ("tenant_moves", {}, repeated_facts(switched_off="move of tenant 1")),
    ("app_key", {}, connect_facts(instance_app_key="acme-c2c")),
    ("app_key", {"appKey": ...}, connect_facts(instance_app_key="acme-c2c")),
    ("switched_off", {}, connect_facts(switched_off="tenant acme")),
    ("allowed", {"appKey": "acme-c2c"}, connect_facts(instance_app_key="acme-c2c")),
]
CALLS = [
    ("allowed", {}, call_facts()),
    ("session_unknown", {}, call_facts(session_id=None)),
    ("session_ended", {}, call_facts(session_ended_at=NOW)),
    ("origin_revoked", {}, call_facts(domain_id=None)),
    ("tenant_not_served", {}, call_facts(tenant_served=False)),
    ("tenant_suspended", {}, call_facts(tenant_status="suspended")),
    ("sip_account_missing", {}, call_facts(account_id=None)),
    ("switched_off", {}, call_facts(switched_off="callee 3")),
    ("switched_off", {}, asked_facts(switched_off="callee 3")),
    ("honey_alias", {"callee": "director"}, call_facts(honey_alias="director")),
    ("allowed", {"callee": None}, call_facts(honey_alias="")),
    ("allowed", {"callee": "sales"}, call_facts(honey_alias="director")),
    ("callee_unknown", {"callee": "+88213000000"}, call_facts(callee_target=None)),
    ("callee_no_default", {"callee": None}, call_facts(callee_target=None)),
    ("callee_no_default", {"callee": ...}, call_facts(callee_target=None)),
    ("app_key", {}, call_facts(instance_app_key="acme-c2c")),
    ("allowed", {"appKey": "acme-c2c"}, call_facts(instance_app_key="acme-c2c")),
    ("switched_off", {}, call_facts(switched_off="everything")),
    ("switched_off", {}, asked_facts(switched_off="everything")),
    ("tenant_moves", {}, call_facts(switched_off="move of tenant 1")),
    ("tenant_moves", {}, asked_facts(switched_off="move of tenant 1")),
    ("honey_alias", {"callee": "admin"}, call_facts(honey_alias="admin", callee_target=None)),
    ("allowed", {}, call_facts(honey_alias="admin")),
    ("ticket_for_stream", {}, call_facts(session_play="studio")),
    ("ticket_alias", {}, call_facts(session_ticket_alias="support", callee_alias="sales")),
    ("allowed", {}, call_facts(session_ticket_alias="sales", callee_alias="sales")),
    ("visitor_blocked", {}, call_facts(visitor_blocked=True)),
    ("duplicate", {}, asked_facts()),
    ("duplicate", {"callee": None}, asked_facts(call_alias="")),
    ("call_ended", {}, asked_facts(call_ended_at=NOW)),
    ("duplicate", {}, asked_facts(call_asked_at=NOW - timedelta(seconds=59))),
    ("call_id_reused", {}, asked_facts(call_asked_at=NOW - timedelta(minutes=1))),
    ("call_id_reused", {}, asked_facts(call_ringing_at=NOW)),
    ("call_id_reused", {}, asked_facts(call_answered_at=NOW)),
    ("call_id_reused", {"callee": "support"}, asked_facts(callee_target="20002")),
    ("call_id_reused", {"callee": "support"}, asked_facts()),
    ("call_id_reused", {}, asked_facts(call_decision="refused")),
    ("call_id_reused", {}, asked_facts(callee_target="+4940000000")),  # the alias was moved
    ("call_id_reused", {}, asked_facts(callee_target=None)),  # the alias was removed
    ("tenant_suspended", {}, asked_facts(tenant_status="suspended")),
    ("session_ended", {}, asked_facts(session_ended_at=NOW)),
]
TOLD = {"call_target": "+4930123456", "call_alias": "sales"}
NO_CALL = {"call_id": None, "call_decision": None}
EVENTS = [
    ("event_unknown", "NovelEvent", {}, event_facts()),
    ("event_unknown", "NovelEvent", {}, event_facts(session_id=None)),
    ("session_not_ours", "CallStatusEvent", {}, event_facts(session_id=None, **NO_CALL)),
    ("recorded", "ConnectionStatusEvent", {"status": "ESTABLISHED"}, event_facts(**NO_CALL)),
    ("recorded", "StreamStatusEvent", {"status": "RING"}, event_facts(**NO_CALL)),
    ("recorded", "CallStatusEvent", {"status": "FINISH"}, event_facts()),
    ("recorded", "CallStatusEvent", {"status": "FINISH"}, event_facts(call_decision="refused")),
    ("call_not_ours", "CallStatusEvent", {"status": "FAILED"}, event_facts(**NO_CALL)),
    *[("recorded", "CallStatusEvent", {"status": word}, event_facts()) for word in GOES_ON],
    *[
        ("call_never_asked", "CallStatusEvent", {"status": word}, event_facts(**NO_CALL))
        for word in GOES_ON
    ],
    *[
        (
            "refused_call_went_on",
            "CallStatusEvent",
            {"status": word},
            event_facts(call_decision="refused"),
        )
        for word in GOES_ON
    ],
    *[
        (reason, "CallStatusEvent", {"status": "RING", "callee": callee}, event_facts(**TOLD))
        for reason, callee in (
            ("call_went_elsewhere", "+88299"),
            ("call_went_elsewhere", "sip:+88299@sip.acme.example"),
            ("recorded", "+4930123456"),
            ("recorded", "SIP:+4930123456@192.0.2.1"),
            ("recorded", "sales"),
            ("recorded", None),
        )
    ],
    ("allowed", "hangup", {}, event_facts(tenant_status="suspended", instance_app_key="other")),
    ("session_not_ours", "hangup", {}, event_facts(session_id=None)),
]
TONES = [
    ("allowed", "7", talking_facts()),
    ("allowed", "12*#9", talking_facts()),
    ("keypad_pace", "123456", talking_facts()),
    ("keypad_pace", "1", talking_facts(tones_presses=60, tones_sent=60, tones_last=[0.0])),
    ("keypad_pace", "1", talking_facts(tones_last=[NOW.timestamp() - 0.9] * 5)),
    ("allowed", "1", talking_facts(tones_last=[NOW.timestamp() - 1.0] * 5)),
    ("keypad_digits", "12a", talking_facts()),
    ("keypad_digits", "\u0661", talking_facts()),
    ("keypad_no_talk", "7", talking_facts(call_answered_at=None)),
    ("keypad_no_talk", "7", talking_facts(call_ended_at=NOW)),
    ("keypad_no_talk", "7", talking_facts(session_ended_at=NOW)),
    ("method_refused", "7", talking_facts(callee_keypad=False)),
    ("method_refused", "7", talking_facts(callee_keypad=None)),
    ("app_key", "7", talking_facts(instance_app_key="acme-c2c")),
    ("switched_off", "7", talking_facts(switched_off="everything")),
]
ROWS = [
    *[(reason, "connect", changes, facts) for reason, changes, facts in CONNECTS],
    *[(reason, "call", changes, facts) for reason, changes, facts in CALLS],
    *EVENTS,
    ("stream_hls", "playHLS", {}, call_facts(session_id=None)),
    *[(reason, "sendDtmf", {"dtmf": digits}, facts) for reason, digits, facts in TONES],
    *[
        ("method_refused", method.name, {}, call_facts())
        for method in METHODS.values()
        if method.kind is Kind.INVOCATION and not method.allowed
    ],
    *[
        ("incoming_refused", method.name, {}, call_facts())
        for method in METHODS.values()
        if method.kind is Kind.INCOMING and not method.allowed
    ],
    ("messages_off", "OnDataEvent", {}, call_facts()),
    ("method_refused", "aMethodOfALaterBuild", {}, call_facts()),
    ("method_refused", "OnSomethingEvent", {}, call_facts()),
    ("app_key", "transfer", {}, call_facts(instance_app_key="acme-c2c")),
]
FILES = {name: name for name in ("connect", "call", "hangup", "sendDtmf")}
FILES["CallStatusEvent"] = "call_ring"


@pytest.mark.parametrize(("reason", "method", "changes", "facts"), ROWS)
def test_these_facts_lead_to_this_reason(reason, method, changes, facts):
    payload = parsed(FILES.get(method, "transfer"), **changes)
    is_sound = payload["origin"] not in (None, "null")

    assert decide(find(method), payload, is_sound, facts, NOW) == reason


@pytest.mark.parametrize(
    ("uuid", "reason"),
    [
        ("04CFEB85-cf9c-49aa-8144-022dfc0cdd0b", Reason.CONNECT_REPLAYED),
        ("04cfeb85-cf9c-49aa-8144-022dfc0cdd0", Reason.SESSION_ID_RECURS),
        ("04cfeb85-cf9c-49aa-8144-022dfc0cdd0b1", Reason.SESSION_ID_RECURS),
        ("04cfeb85cf9c49aa8144022dfc0cdd0b", Reason.SESSION_ID_RECURS),
        ("٤4cfeb85-cf9c-49aa-8144-022dfc0cdd0b", Reason.SESSION_ID_RECURS),
    ],
)
def test_only_a_uuid_is_an_id_that_never_recurs(uuid, reason):
    facts = connect_facts(connect_answered_before=True)

    assert decide(find("connect"), parsed("connect", sessionId=uuid), True, facts, NOW) is reason


@pytest.mark.parametrize("reason", Reason)
def test_a_new_connection_supersedes_what_lives_under_its_id(reason):
    is_new = reason in {Reason.ALLOWED, Reason.SESSION_ID_RECURS}

    assert supersedes(repeated_facts(), reason) is is_new
    assert not supersedes(connect_facts(), reason)


@pytest.mark.parametrize("name", [*METHODS, "NovelEvent", "aMethodOfALaterBuild"])
def test_without_the_database_nothing_is_allowed(name):
    method = find(name)
    has_happened = name == "hangup" or method.kind is Kind.EVENT
    expected = Reason.SPOOLED if has_happened else Reason.DATABASE_AWAY

    assert decide_without_database(method) is expected
    assert expected.decision is not Decision.ALLOWED


AT_THE_DOOR = {
    Reason.CONTENT_TYPE: UnsupportedMediaType("text/plain"),
    Reason.MALFORMED: Malformed("not JSON"),
    Reason.INSTANCE_UNKNOWN: Refused(Reason.INSTANCE_UNKNOWN),
    Reason.SECRET_UNREADABLE: SecretUnreadable("where"),
}


@pytest.mark.parametrize(("reason", "error"), AT_THE_DOOR.items())
def test_what_ends_a_hook_at_the_door_has_a_reason(reason, error):
    assert explain_refusal(error).reason is reason


def test_every_reason_is_reached():
    hook = make_hook("connect")
    settled = {
        settle(hook, instance_facts(instance_signing_secret=""), NOW).answer.reason,
        settle(make_hook("connect", secret="guessed"), instance_facts(), NOW).answer.reason,
        settle(replace(hook, proof=Proof(b"{}", "")), instance_facts(), NOW).answer.reason,
        settle(hook, connect_facts(account_password="v1.lost.AAAA"), NOW).answer.reason,
        settle(hook, Facts(), NOW).answer.reason,
    }
    decided = {Reason(row[0]) for row in ROWS}
    without_database = {decide_without_database(method) for method in METHODS.values()}
    at_the_door = {Reason.CONTENT_TYPE, Reason.MALFORMED}
    of_the_lanes = {Reason.OVERLOADED, Reason.GATEWAY_FAULT}

    reached = settled | decided | without_database | of_the_lanes
    assert (
        reached | given_by("limits", "tickets", "streams", "messages") == set(Reason) - at_the_door
    )


def given_by(*rooms: str) -> set[Reason]:
    """The reasons of rooms whose rules have tests of their own."""
    hooks = Path(settling.__file__).parent
    source = "".join(path.read_text() for room in rooms for path in (hooks / room).rglob("*.py"))
    return {reason for reason in Reason if re.search(rf"Reason\.{reason.name}\b", source)}
