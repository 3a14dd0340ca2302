"""The button in Chromium, against a WCS that says exactly what each test wants it to say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.customers_page import CustomersPage, Site
from tests.e2e.fake_wcs import Call, FakeWcs, Visitor


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWcs]:
    running = FakeWcs().start()
    yield running
    running.stop()


@pytest.fixture
def wcs(server) -> FakeWcs:
    while not server.nobody_came():
        server.visitor()
    return server


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def visit(chromium, gateway_with_sdk, site, wcs):
    """Makes a customer's page in a browser of its own."""
    contexts = []

    def make(*, microphone: bool = True, **options) -> CustomersPage:
        contexts.append(chromium.new_context(permissions=["microphone"] if microphone else [], **options))
        return CustomersPage(contexts[-1], site, f"http://127.0.0.1:{gateway_with_sdk.port}", wcs.url)

    yield make
    for context in contexts:
        context.close()


def dialled(page: CustomersPage, wcs: FakeWcs) -> tuple[Visitor, Call]:
    """Up to the call message, which nobody has answered yet."""
    page.button.click()
    visitor = wcs.visitor()
    visitor.is_accepted(sipLogin="10001")
    return visitor, visitor.calls()


def talking(page: CustomersPage, wcs: FakeWcs) -> tuple[Visitor, Call]:
    visitor, call = dialled(page, wcs)
    for status in ("TRYING", "RING", "ESTABLISHED"):
        call.becomes(status)
    page.is_in_state("talking")
    return visitor, call


def test_a_call_from_the_click_to_the_hang_up(visit, wcs):
    page = visit().opens()
    page.notes_events()
    expect(page.button).to_have_text("Call us")
    assert wcs.nobody_came()

    page.button.click()
    visitor = wcs.visitor()
    connection = visitor.receives("connection")
    assert {name for name in connection if name.startswith("sip")} == {"sipRegisterRequired"}
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

    page.button.click()
    assert visitor.receives("hangup") == {"callId": call.asked["callId"]}
    visitor.receives("gone")
    page.says("The call has ended.")
    expect(page.button).to_have_text("Call us")
    (connecting, ringing, talked, (ended, detail)) = page.events
    assert [connecting[0], ringing[0], talked[0], ended] == ["connecting", "ringing", "talking", "ended"]
    assert detail["reason"] == "ended"
    assert 1 <= detail["seconds"] < 10
    assert page.console == []
