"""Calls that are allowed, from the button to the phone and back, each ending in its rows."""

from __future__ import annotations

from hooks.models import Call, Event, Session
from tests.e2e.stage import eventually


def events_of(call):
    return list(Event.objects.filter(call=call).order_by("id").values_list("method", "body__status"))


def test_a_call_rings_talks_and_ends(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("ringing")
    caller.wait("talking")
    stage.heard("sales", call="answered")
    caller.hang_up()
    stage.heard("sales", call="ended")
    call = stage.ended()
    assert (call.alias, call.target, call.caller) == ("sales", "+4930123456", "10001")
    assert (call.decision, call.ended_by, call.sip_status) == ("allowed", "finish", 200)
    assert call.asked_at < call.ringing_at < call.answered_at < call.ended_at
    caller.leave()
    session = eventually(lambda: Session.objects.filter(ended_at__isnull=False).first(), "the session's end")
    assert (session.tenant, session.ended_by) == (stage.cast.acme, "disconnected")
    assert session.opened_at < session.established_at < call.asked_at < session.ended_at
    statuses = [status for method, status in events_of(call) if method == "CallStatusEvent"]
    assert statuses == ["TRYING", "RING", "ESTABLISHED", "FINISH"]


def test_the_default_callee_rings_where_the_page_names_nobody(stage, dials):
    stage.phone("sales")
    dials().wait("talking")
    assert stage.call().target == "+4930123456"


def test_the_page_chooses_among_the_callees(stage, dials):
    stage.phone("sales"), stage.phone("support")
    dials("support").wait("talking")
    stage.heard("support", call="answered")
    assert stage.rang("sales") == 0
    assert stage.call().alias == "support"


def test_two_calls_in_a_row(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("talking")
    caller.hang_up()
    caller.wait("ended")
    caller.dial()
    caller.wait("talking")
    caller.hang_up()
    caller.wait("ended")
    assert stage.rang("sales") == 2
    eventually(lambda: Call.objects.filter(ended_by="finish").count() == 2, "the end of both")


def test_two_tabs_hold_a_call_each(stage, dials):
    stage.phone("sales"), stage.phone("support")
    first, second = dials("sales"), dials("support")
    first.wait("talking")
    second.wait("talking")
    first.leave()
    stage.heard("sales", call="ended")
    stage.ended(alias="sales")
    assert Call.objects.get(alias="support").ended_at is None
    second.hang_up()
    assert Session.objects.count() == 2


def test_two_tenants_at_once_are_not_mixed_up(stage, dials):
    """Over the same media server, at the same time."""
    stage.phone("sales"), stage.phone("frontdesk")
    acme = dials(wcs="shared-1")
    globex = dials(host="www.globex.localhost", wcs="shared-1")
    acme.wait("talking")
    globex.wait("talking")
    stage.heard("sales", call="answered", **{"from": "sip:10001@sip.acme.example"})
    stage.heard("frontdesk", call="answered", **{"from": "sip:20001@sip.globex.example"})
    rows = {(call.tenant.slug, call.target, call.caller, call.session.origin) for call in Call.objects.all()}
    pages = {session.origin for session in Session.objects.all()}
    assert rows == {
        ("acme", "+4930123456", "10001", next(page for page in pages if "acme" in page)),
        ("globex", "20002", "20001", next(page for page in pages if "globex" in page)),
    }


def test_the_phone_hangs_up(stage, dials):
    stage.phone("hasty")
    caller = dials("hasty")
    caller.wait("talking")
    caller.wait("ended")
    call = stage.ended()
    assert (call.ended_by, call.sip_status) == ("finish", 200)


def test_the_callee_is_busy(stage, dials):
    stage.phone("busy")
    dials("busy").wait("busy")
    call = stage.ended()
    assert (call.ended_by, call.sip_status, call.answered_at) == ("busy", 486, None)


def test_the_callee_is_unknown_to_the_sip_server(stage, dials):
    dials("unknown").wait("failed")
    call = stage.ended()
    assert (call.ended_by, call.sip_status, call.end_info) == ("failed", 404, "SIP 404 NOT FOUND")


def test_nobody_answers_and_the_visitor_gives_up_while_it_rings(stage, dials):
    stage.phone("silent")
    caller = dials("silent")
    caller.wait("ringing")
    caller.hang_up()
    stage.heard("silent", call="ended")  # the CANCEL came to the phone
    call = stage.ended()
    assert (call.answered_at, call.ringing_at is None) == (None, False)
    assert not [line for line in stage.phone("silent").lines if line.get("call") == "answered"]


def test_the_tab_is_closed_while_talking(stage, dials):
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("talking")
    caller.leave()
    stage.heard("sales", call="ended")
    assert stage.ended().ended_by == "finish"


def test_the_tab_is_closed_while_it_rings(stage, dials):
    stage.phone("silent")
    caller = dials("silent")
    caller.wait("ringing")
    caller.leave()
    stage.heard("silent", call="ended")
    stage.ended()
