"""What a visitor can do from the console of a real browser, with the vendor's SDK."""

from __future__ import annotations

import pytest

from hooks.models import Call, Event
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, Visit
from tests.e2e.phones import ACME_LINE
from tests.e2e.rows import TALKED
from tests.e2e.test_hostile import HOSTILE_CALL, PREMIUM

SALES = "+4930123456@sip.acme.example"
WHOLE = f"sales: {TALKED}"
# The visitor's own page under a customer's name; `told` keeps what the SDK reports.
OPEN = """async (url) => {
  window.told = [];
  await Flashphoner.init({});
  const {SESSION_STATUS} = Flashphoner.constants;
  const sipOptions = {registerRequired: true, login: "1", password: "2"};
  const session = Flashphoner.createSession({urlServer: url, sipOptions});
  for (const status of Object.values(SESSION_STATUS))
    session.on(status, (_, data) => told.push([status, JSON.stringify(data ?? null)]));
}"""
CALL = """(callee) => {
  const {CALL_STATUS} = Flashphoner.constants;
  window.call = Flashphoner.getSessions()[0].createCall({
    callee, visibleName: "The Bank", sipHeaders: {"P-Asserted-Identity": "1"}, sipSDP: "v=0",
    constraints: {audio: true, video: false},
    remoteVideoDisplay: document.getElementById("sound"),
    localVideoDisplay: document.getElementById("sound"),
  });
  for (const status of Object.values(CALL_STATUS)) call.on(status, () => told.push([status, ""]));
  call.call();
}"""

# The SDK cannot send some fields; a page that changes its frames can.
ADD_TO_CALL = """(own) => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const frame = JSON.parse(text);
    if (frame.message === "call") Object.assign(frame.data[0], own);
    return send.call(this, JSON.stringify(frame));
  };
}"""


class Console(Visit):
    def connect(self, wcs: str) -> None:
        self.page.evaluate(OPEN, wcs)

    def call(self, callee: str | None) -> None:
        self.page.evaluate(CALL, callee)

    def told(self, status: str) -> None:
        check = "(status) => told.some(([name]) => name === status)"
        self.page.wait_for_function(check, arg=status, timeout=PAGE_WITHIN_MILLISECONDS)

    def runs(self, script: str) -> None:
        self.page.evaluate(script)


@pytest.fixture
def console(stage, pages, chromium):
    visitor = Console(chromium, pages.origin("www.acme.localhost") + "/console")
    stage.callers.append(visitor)
    visitor.connect(stage.wcs().url)
    visitor.told("ESTABLISHED")
    return visitor


@pytest.mark.parametrize("callee", [PREMIUM, "10003", "sip:1@evil.test"])
def test_a_number_is_refused(stage, console, callee):
    console.call(callee)
    console.told("WARN")
    assert stage.invites() == []
    stage.ends_with(f"{callee}: callee_unknown")


@pytest.mark.parametrize(
    ("method", "script"),
    [
        ("transfer", f"call.transfer('{PREMIUM}')"),
        ("sendDtmf", "call.sendDTMF('1', 'RFC2833')"),
        ("hold", "call.hold()"),
    ],
)
def test_whoever_talks_can_do_nothing_but_hang_up(stage, console, method, script):
    stage.phone("sales")
    console.call("sales")
    console.told("ESTABLISHED")
    stage.heard("sales", call="answered")
    console.runs(script)
    console.told("WARN")
    assert Event.objects.get(method=method).reason == "method_refused"
    assert {invite.callee for invite in stage.invites()} == {SALES}
    assert Call.objects.get().ended_at is None
    stage.ends_with(WHOLE)


def test_a_stream_is_refused(stage, console):
    console.runs(
        "Flashphoner.getSessions()[0].createStream({name: 'x',"
        " display: document.getElementById('sound'),"
        " constraints: {audio: true, video: false}}).publish()"
    )
    console.told("WARN")
    assert Event.objects.get(method="publishStream").reason == "stream_right"
    stage.ends_with()


def test_a_visitor_calls_from_the_customers_account_and_not_from_their_own(stage, console):
    stage.phone("sales")
    console.call("sales")
    stage.heard("sales", call="answered")
    sender = f'"{ACME_LINE}" <sip:{ACME_LINE}@sip.acme.example>'
    assert {(invite.sender, invite.callee) for invite in stage.invites()} == {(sender, SALES)}
    assert not stage.wcs().find_lines(what="register", account="sip:1@sip.acme.example")
    stage.call(answered_at__isnull=False)
    stage.ends_with(WHOLE)


def test_what_a_visitor_adds_to_the_frames_of_the_sdk_comes_to_no_phone(stage, console):
    stage.phone("sales")
    console.page.evaluate(ADD_TO_CALL, {**HOSTILE_CALL, "caller": "20001"})
    console.call("sales")
    stage.call(answered_at__isnull=False)
    assert [invite.strange for invite in stage.invites()] == [[]] * len(stage.invites())
    console.told("RING")
    assert "P-Asserted-Identity" in console.everything  # sent it was
    stage.ends_with(WHOLE)
