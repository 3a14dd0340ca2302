"""A call from the click to its end, in every way it can end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.button.customers_page import CustomersPage
from tests.e2e.button.fake_wcs import Call, FakeWcs, Visitor


def dialled(page: CustomersPage, wcs: FakeWcs) -> tuple[Visitor, Call]:
    """Up to the call message, which nobody has answered yet."""
    page.button.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    return visitor, visitor.calls()


def talking(page: CustomersPage, wcs: FakeWcs) -> tuple[Visitor, Call]:
    visitor, call = dialled(page, wcs)
    for status in ("TRYING", "RING", "ESTABLISHED"):
        call.becomes(status)
    page.is_in_state("talking")
    return visitor, call


def last_event(page: CustomersPage) -> tuple[str, str]:
    name, detail = page.events[-1]
    assert set(detail) == {"reason", "seconds"}
    return name, detail["reason"]


def test_from_the_click_to_the_hang_up(page, wcs):
    expect(page.button).to_have_text("Call us")
    assert wcs.nobody_came()

    page.button.click()
    visitor = wcs.visitor()
    connection = visitor.receives("connection")
    assert {name: value for name, value in connection.items() if name.startswith("sip")} == {
        "sipRegisterRequired": False
    }
    page.is_in_state("connecting")
    page.says("Connecting …")
    visitor.sends("getUserData", {})
    call = visitor.calls()
    assert call.asked["callee"] == "sales"
    assert "localMediaInfo" not in call.asked
    call.becomes("TRYING")
    call.becomes("RING")
    page.is_in_state("ringing")
    page.says("Ringing …")
    expect(page.button).to_have_text("Hang up")
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    page.says("You are connected.")
    expect(page.element.get_by_role("timer")).to_have_text("0:01")
    assert page.microphones == ["live"]

    page.button.click()
    assert visitor.receives("hangup") == {"callId": call.asked["callId"]}
    visitor.receives("gone")
    page.says("The call has ended.")
    expect(page.button).to_have_text("Call us")
    expect(page.element.get_by_role("timer")).to_have_count(0)
    assert page.microphones == ["ended"]
    assert [name for name, _detail in page.events] == ["connecting", "ringing", "talking", "ended"]
    assert last_event(page) == ("ended", "ended")
    assert 1 <= page.events[-1][1]["seconds"] < 10
    assert page.console == []


def test_two_calls_in_a_row_are_two_sessions(page, wcs):
    for _turn in range(2):
        visitor, _call = talking(page, wcs)
        page.button.click()
        visitor.receives("hangup")
        visitor.receives("gone")
    assert page.microphones == ["ended", "ended"]
    assert wcs.nobody_came()


def test_hanging_up_before_anybody_answered_closes_the_session(page, wcs):
    """The SDK sends no hangup for such a call, and WCS would go on to dial."""
    visitor, _call = dialled(page, wcs)
    page.button.click()

    visitor.receives("gone")
    page.is_in_state("ended")
    assert page.microphones == ["ended"]


def test_hanging_up_before_the_session_is_accepted_closes_it_too(page, wcs):
    page.button.click()
    visitor = wcs.visitor()
    visitor.receives("connection")
    page.button.click()
    visitor.receives("gone")
    page.is_in_state("ended")


def test_a_double_click_makes_one_call(page, wcs):
    page.button.dblclick()
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("RING")
    page.is_in_state("ringing")
    assert wcs.nobody_came()


@pytest.mark.parametrize(
    ("status", "state", "reason", "sentence"),
    [
        ("BUSY", "busy", "busy", "The line is busy. Please try again later."),
        ("FAILED", "failed", "call-failed", "The call did not go through. Please try again later."),
        ("FINISH", "ended", "no-answer", "Nobody answered. Please try again later."),
    ],
)
def test_a_call_that_nobody_takes(page, wcs, status, state, reason, sentence):
    visitor, call = dialled(page, wcs)
    call.becomes("RING")
    call.becomes(status)

    page.is_in_state(state)
    page.says(sentence)
    visitor.receives("gone")
    assert last_event(page) == (state, reason)
    assert page.microphones == ["ended"]
    expect(page.button).to_have_text("Call us")


def test_the_other_side_hangs_up(page, wcs):
    visitor, call = talking(page, wcs)
    call.becomes("FINISH")
    page.says("The call has ended.")
    visitor.receives("gone")


def test_the_connection_is_lost_in_the_middle(page, wcs):
    visitor, _call = talking(page, wcs)
    visitor.hangs_up_the_socket()
    page.is_in_state("failed")
    page.says("The connection was lost. Please call again.")
    assert last_event(page) == ("failed", "connection-lost")
    assert page.microphones == ["ended"]


def test_a_media_server_that_never_answers(visit, wcs):
    page = visit()
    page.page.clock.install()
    page.opens().button.click()
    visitor = wcs.visitor()
    visitor.receives("connection")
    page.page.clock.run_for(39_000)
    page.is_in_state("connecting")
    page.page.clock.run_for(2_000)
    page.says("Calls are not available at the moment. Please try again later.")
    visitor.receives("gone")


def test_nobody_is_hurried_once_it_rings(visit, wcs):
    page = visit()
    page.page.clock.install()
    page.opens()
    _visitor, call = dialled(page, wcs)
    call.becomes("RING")
    page.is_in_state("ringing")
    page.page.clock.run_for(120_000)
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")


def test_a_media_server_that_is_not_there(visit):
    page = visit()
    page.wcs = "ws://127.0.0.1:9"
    page.opens().notes_events()
    page.button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert last_event(page) == ("failed", "unavailable")


def test_a_sip_account_that_registers_calls_when_it_is_registered(visit, wcs):
    page = visit()
    page.page.add_init_script(
        "window.RTCPeerConnection = class extends RTCPeerConnection {"
        "constructor(...given) { super(...given); document.dials = true } };"
    )
    page.opens().button.click()
    visitor = wcs.visitor()
    visitor.is_accepted(sipRegisterRequired=True)
    visitor.sends("ping")
    visitor.receives("pong")
    assert page.page.evaluate("document.dials") is None
    visitor.sends("registered")
    visitor.calls()
    assert page.page.evaluate("document.dials")


def test_a_registration_that_fails(page, wcs):
    page.button.click()
    visitor = wcs.visitor()
    visitor.is_accepted(sipRegisterRequired=True)
    visitor.sends(
        "fail",
        {"status": "FAILED", "info": "401 Unauthorized", "apiMethod": "RegistrationStatusEvent"},
    )
    page.says("Calls are not available at the moment. Please try again later.")


def test_leaving_the_page_ends_the_call(page, wcs):
    visitor, _call = talking(page, wcs)
    page.page.goto("about:blank")
    assert visitor.received.get(timeout=15)[0] in {"hangup", "gone"}


def test_removing_the_button_ends_the_call(page, wcs):
    visitor, _call = talking(page, wcs)
    page.element.evaluate("element => element.remove()")
    visitor.receives("hangup")
    visitor.receives("gone")
    assert page.microphones == ["ended"]
