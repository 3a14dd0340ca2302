"""Status events drive sessions and calls: any order, repeated, missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hooks.lifecycle import SessionProgress
from hooks.models import Call, Event, Session
from hooks.recording import Record
from tests.hooks.hot_statements import record

AN_HOUR = timedelta(hours=1)

STEPS = ("call_trying", "call_ring", "call_established", "call_finish")


@pytest.fixture
def calling(acme):
    acme.connected()
    assert acme.post("call").status == 200
    return acme


def test_a_good_call_from_ring_to_end(calling):
    for step in STEPS:
        assert calling.post("CallStatusEvent", step).json == {}

    call = Call.objects.get()
    assert call.asked_at < call.ringing_at < call.answered_at < call.ended_at
    assert (call.ended_by, call.end_info, call.sip_status) == (
        "finish",
        "Normal call clearing",
        200,
    )
    assert call.duration == call.ended_at - call.answered_at
    assert set(
        Event.objects.filter(method="CallStatusEvent").values_list("decision", "reason")
    ) == {("noted", "recorded")}
    assert Event.objects.filter(call=call).count() == 5


def test_trying_is_not_yet_ringing(calling):
    calling.post("CallStatusEvent", "call_trying")

    call = Call.objects.get()
    assert (call.ringing_at, call.answered_at, call.ended_at, call.sip_status) == (
        None,
        None,
        None,
        100,
    )


def test_events_may_come_in_any_order(calling):
    """test_merging.py and pure/test_lifecycle.py have thousands of orders."""
    for number, order in enumerate([STEPS, STEPS[::-1], (*STEPS[2:], *STEPS[:2])]):
        assert calling.post("call", callId=f"c{number}").status == 200
        for step in order:
            calling.post("CallStatusEvent", step, callId=f"c{number}")

        call = Call.objects.get(wcs_call_id=f"c{number}")
        assert (call.ended_by, call.end_info) == ("finish", "Normal call clearing")
        assert call.sip_status == 200
        assert call.ringing_at is not None
        assert call.answered_at is not None
        assert call.answered_at <= call.ended_at
        assert call.duration >= timedelta(0)


@pytest.mark.parametrize(
    ("event", "ended_by", "info", "sip_status"),
    [
        ("call_busy", "busy", "SIP 486 BUSY HERE", 486),
        ("call_failed", "failed", "SIP 403 FORBIDDEN", 403),
    ],
)
def test_a_call_that_comes_to_nothing(calling, event, ended_by, info, sip_status):
    calling.post("CallStatusEvent", "call_ring")
    calling.post("CallStatusEvent", event)

    call = Call.objects.get()
    assert (call.ended_by, call.end_info, call.sip_status) == (ended_by, info, sip_status)
    assert (call.answered_at, call.duration) == (None, None)


def test_terminal_states_win(calling):
    calling.post("CallStatusEvent", "call_busy")
    first = Call.objects.get()
    for step in ("call_ring", "call_finish", "call_busy", "call_failed"):
        calling.post("CallStatusEvent", step)

    last = Call.objects.get()
    assert (last.ended_at, last.ended_by, last.end_info) == (first.ended_at, "busy", first.end_info)


def test_repeated_events_change_nothing(calling):
    for step in STEPS:
        calling.post("CallStatusEvent", step)
    before = Call.objects.values().get()
    for step in STEPS * 2:
        calling.post("CallStatusEvent", step)

    assert Call.objects.values().get() == before


def test_a_late_event_of_a_call_long_ended_changes_nothing(calling):
    calling.post("CallStatusEvent", "call_busy")
    Call.objects.update(ended_at=timezone.now() - timedelta(minutes=5))
    before = Call.objects.values().get()
    calling.post("CallStatusEvent", "call_established")

    assert Call.objects.values().get() == before


def test_disconnected_ends_the_session_and_its_calls(calling):
    calling.post("ConnectionStatusEvent", "connection_established")
    calling.post("CallStatusEvent", "call_established")
    calling.post("ConnectionStatusEvent", "connection_disconnected")

    session, call = Session.objects.get(), Call.objects.get()
    assert session.opened_at < session.established_at < session.ended_at
    assert session.ended_by == "disconnected"
    assert (call.ended_at, call.ended_by) == (session.ended_at, "session")
    assert call.duration > timedelta(0)


def ahead():
    """As if the clock had been an hour ahead until now."""
    Session.objects.filter(ended_at=None).update(opened_at=timezone.now() + timedelta(hours=1))
    Call.objects.update(asked_at=timezone.now() + timedelta(hours=1))


def test_an_end_is_believed_when_the_clock_was_stepped_back(calling):
    ahead()
    calling.post("ConnectionStatusEvent", "connection_disconnected")

    session, call = Session.objects.get(), Call.objects.get()
    assert (session.ended_by, call.ended_by) == ("disconnected", "session")
    assert None not in (session.ended_at, call.ended_at)


@pytest.mark.parametrize(("was_kept", "ended_by"), [(False, "disconnected"), (True, "")])
def test_an_early_end_is_believed_unless_it_was_kept_on_disk(calling, was_kept, ended_by):
    """After a step of PostgreSQL's clock a gateway's is behind until it looks again."""
    session = Session.objects.get()
    end = SessionProgress(None, session.opened_at - AN_HOUR, "disconnected", was_kept)
    connection.connection.execute(*record(Record(session=(str(session.id), end))))

    session.refresh_from_db()
    assert session.ended_by == ended_by


def test_a_session_is_superseded_when_the_clock_was_stepped_back(calling):
    """Also where ids recur. The end of the last one is believed as well."""
    calling.post("ConnectionStatusEvent", "connection_disconnected")
    for page in ("another", "a third"):
        ahead()
        assert calling.post("connect", custom={"page": page}).status == 200

    ends = Session.objects.order_by("id").values_list("ended_by", flat=True)
    assert list(ends) == ["disconnected", "superseded", ""]
    ahead()
    calling.post("ConnectionStatusEvent", "connection_disconnected")
    assert list(ends.all()) == ["disconnected", "superseded", "disconnected"]


def test_finish_after_disconnected_says_how_the_call_ended(calling):
    calling.post("ConnectionStatusEvent", "connection_disconnected")
    ended = Call.objects.get().ended_at
    calling.post("CallStatusEvent", "call_finish")

    call = Call.objects.get()
    assert (call.ended_at, call.ended_by) == (ended, "finish")


def test_an_established_after_disconnected_revives_nothing(calling):
    calling.post("ConnectionStatusEvent", "connection_disconnected")
    calling.post("ConnectionStatusEvent", "connection_established")
    calling.post("ConnectionStatusEvent", "connection_disconnected", status="FAILED")

    session = Session.objects.get()
    assert session.ended_by == "disconnected"
    assert calling.post("call", callId="late").is_neutral_refusal


def test_events_of_strange_sessions_are_only_recorded(acme):
    for event in ("connection_established", "connection_disconnected"):
        assert acme.post("ConnectionStatusEvent", event).json == {}
    assert acme.post("CallStatusEvent", "call_established").json == {}

    assert not Session.objects.exists()
    assert not Call.objects.exists()
    assert set(Event.objects.values_list("reason", flat=True)) == {"session_not_ours"}


def test_the_end_of_another_instances_session_ends_nothing(acme, shared):
    acme.connected()
    shared.session = acme.session
    shared.post("ConnectionStatusEvent", "connection_disconnected")

    assert Session.objects.get().ended_at is None


def test_a_call_that_was_never_asked_for_is_recorded_as_such(acme):
    acme.connected()
    acme.post("CallStatusEvent", "call_ring", callee="+88213000000")
    acme.post("CallStatusEvent", "call_finish")

    call = Call.objects.get()
    assert (call.reason, call.target, call.alias) == ("call_never_asked", "+88213000000", "")
    assert (call.ended_by, call.ringing_at is not None) == ("finish", True)
    assert "call_never_asked" in Event.objects.values_list("reason", flat=True)


def test_the_failure_of_a_call_that_was_never_asked_for_is_no_call(acme):
    acme.connected()
    acme.post("CallStatusEvent", "call_failed")

    assert not Call.objects.exists()
    assert Event.objects.latest("id").reason == "call_not_ours"


def test_a_refused_call_that_goes_on_is_shouted_about(acme, gateway):
    acme.connected()
    assert acme.post("call", callee="+88213000000").is_neutral_refusal
    acme.post("CallStatusEvent", "call_ring", callee="+88213000000")

    assert Event.objects.latest("id").reason == "refused_call_went_on"
    call = Call.objects.get()
    assert (call.decision, call.ended_by, call.ringing_at is not None) == (
        "refused",
        "refused",
        True,
    )


@pytest.mark.parametrize("method", ["CallStatusEvent", "ConnectionStatusEvent"])
def test_an_event_without_a_status_is_none(calling, method):
    for status in (..., None, ""):
        assert calling.post(method, "call_ring", status=status).status == 400
        assert Event.objects.latest("id").reason == "malformed"


def test_unknown_words_break_nothing(calling):
    for status, ended_by in (("NOVEL", ""), ("finish", ""), ("FINISHED", "finish")):
        answer = calling.post("CallStatusEvent", "call_ring", status=status, sipStatus=10**30)
        assert answer.status == 200

        call = Call.objects.get()
        assert (call.ended_by, call.sip_status) == (ended_by, None)


def test_other_events_are_recorded(acme):
    acme.connected()
    for method in ("RegistrationStatusEvent", "DataStatusEvent", "ErrorEvent", "NovelEvent"):
        assert acme.post(method, "connection_established").json == {}

        event = Event.objects.latest("id")
        assert (event.method, event.decision) == (method, "noted")
        assert event.reason == ("event_unknown" if method == "NovelEvent" else "recorded")


def test_a_connection_that_failed_carries_next_to_nothing(acme):
    acme.connected()
    sparse = {
        "sipLogin": ...,
        "sipPassword": ...,
        "mediaProviders": ...,
        "authToken": ...,
        "sipRegisterRequired": ...,
    }
    acme.post("ConnectionStatusEvent", "connection_disconnected", status="FAILED", **sparse)

    assert Session.objects.get().ended_by == "failed"


def test_events_keep_no_secret_and_no_sdp(calling):
    for event in ("connection_established", "connection_disconnected"):
        calling.post("ConnectionStatusEvent", event)
    calling.post("CallStatusEvent", "call_established")

    call_body = Event.objects.filter(method="CallStatusEvent").get().body
    assert call_body["status"] == "ESTABLISHED"
    assert call_body["omitted"] == ["sdp", "sipMessageRaw", "isMsrp", "holdForTransfer", "custom"]
    assert not {"sdp", "sipPassword", "sipMessageRaw", "sipSDP", "custom"} & {
        key for e in Event.objects.all() for key in e.body
    }
