"""What anybody can send from a console: everything of the browser's is overwritten or refused."""

from __future__ import annotations

import json
import uuid

import pytest

from hooks.models import Call, Event
from tests.e2e.phones import ACME, ACME_LINE, GLOBEX, GLOBEX_LINE
from tests.e2e.rows import TALKED

pytestmark = pytest.mark.proof

WHOLE = f"sales: {TALKED}"
PREMIUM = "+88213000000"
OURS = f'"{ACME_LINE}" <sip:{ACME_LINE}@{ACME}>'
# What would make a call look like somebody else's, or cost somebody else.
HOSTILE_CALL = {
    "caller": GLOBEX_LINE,
    "visibleName": "The Bank",
    "inviteParameters": f"P-Asserted-Identity: <sip:{PREMIUM}@bank.test>",
    "sipHeaders": {"Diversion": f"<sip:{PREMIUM}@bank.test>"},
}
INVOCATIONS = {
    "transfer": {"target": PREMIUM},
    "sendDtmf": {"type": "RFC2833", "dtmf": "1"},
    "hold": {},
    "unhold": {},
    "answer": {"incoming": True, "sdp": "v=0"},
    "publishStream": {"name": "stolen", "mediaSessionId": "1", "published": True},
    "playStream": {"name": "stolen", "mediaSessionId": "1"},
    "sendMessage": {"to": PREMIUM, "body": "hello", "id": "1"},
}
WHAT = {"publishStream": "Streams", "playStream": "Streams", "sendMessage": "Messages"}


@pytest.fixture
def talking(stage, client):
    stage.phone("sales")
    caller = client("sales")
    caller.dial()
    caller.wait("talking")
    return caller


@pytest.mark.parametrize("name", INVOCATIONS)
def test_whoever_talks_can_do_nothing_but_hang_up(stage, talking, name):
    talking.visitor.send(name, {"callId": talking.call_id, **INVOCATIONS[name]})
    talking.visitor.expect("fail", info=f"{WHAT.get(name, 'Calls')} are not available here")
    reason = "stream_right" if name.endswith("Stream") else "method_refused"
    assert Event.objects.get(method=name).reason == reason
    assert not stage.wcs().find_lines(what="goes on", method=name, call=talking.call_id)
    assert Call.objects.get().ended_at is None
    assert {invite.callee for invite in stage.invites()} == {"+4930123456@sip.acme.example"}
    stage.ends_with(WHOLE)


def test_data_is_refused(stage, talking):
    talking.visitor.send("sendData", {"operationId": "1", "payload": {"to": PREMIUM}})
    assert talking.visitor.expect("DataStatusEvent")["status"] == "FAILED"
    assert Event.objects.get(method="OnDataEvent").reason == "messages_off"
    stage.ends_with(WHOLE)


def test_the_browsers_own_sip_account_is_overwritten(stage, client):
    stage.phone("sales")
    caller = client("sales")
    mine = {"sipLogin": GLOBEX_LINE, "sipPassword": "mine", "sipDomain": GLOBEX, "sipPort": 9}
    visitor = caller.connect(
        **mine, sipOutboundProxy="203.0.113.9", sipVisibleName="The Bank", sipRegisterRequired=True
    )
    visitor.expect("getUserData")
    caller.call_id = visitor.call("sales")
    caller.wait("talking")
    assert {invite.sender for invite in stage.invites()} == {OURS}
    assert not stage.wcs().find_lines(what="register", account=f"sip:{GLOBEX_LINE}@{GLOBEX}")
    stage.ends_with(WHOLE)


@pytest.mark.parametrize(
    "own",
    [
        HOSTILE_CALL,
        {
            "inviteParameters": f"x\r\nDiversion: <sip:{PREMIUM}@evil.test>",
            "target": PREMIUM,
            "hasVideo": True,
        },
        {
            "caller": "1\r\nX: 1",
            "visibleName": 'x" <sip:1@evil.test>',
            "rtmpUrl": "rtmp://evil.test/",
            "sipSDP": "v=0",
        },
    ],
)
def test_the_browsers_own_fields_of_a_call_are_overwritten(stage, client, own):
    """That they would stand in the INVITE else: test_leaks.py."""
    stage.phone("sales")
    caller = client("sales")
    caller.dial(**own)
    caller.wait("talking")
    sent = stage.invites()
    assert {(invite.sender, invite.callee) for invite in sent} == {(OURS, f"+4930123456@{ACME}")}
    assert [invite.strange for invite in sent] == [[]] * len(sent)
    stage.ends_with(WHOLE)


def test_another_application_is_no_way_around(stage, client):
    caller = client("sales")
    visitor = caller.connect(app_key="someOtherApp")
    visitor.expect("fail")
    visitor.expect_closed()
    assert stage.invites() == []
    stage.ends_with(sessions=0)


def test_a_call_id_is_used_once(stage, talking):
    talking.visitor.call("support", callId=talking.call_id)
    talking.visitor.expect("fail", info="Calls are not available here")
    assert Event.objects.get(decision="refused").reason == "call_id_reused"
    stage.ends_with(
        "sales: TRYING RING ESTABLISHED FAILED FINISH, 200, finish"
    )  # the FAILED is the other's


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"message": "call"}', '{"message": 5, "data": {}}', "\x00", "[" * 9000],
)
def test_a_frame_that_is_none_breaks_nothing(stage, talking, text):
    talking.visitor.send_text(text)
    talking.hang_up()
    talking.wait("ended")
    assert not stage.wcs().find_lines(what="fault")
    stage.ends_with(WHOLE)


def test_a_session_of_somebody_else_cannot_be_used(stage, client, talking):
    stranger = client("sales")
    visitor = stranger.connect()
    visitor.expect("getUserData")
    visitor.send("hangup", {"callId": talking.call_id})
    visitor.send(
        "call",
        {"callId": str(uuid.uuid1()), "sessionId": json.dumps(talking.call_id), "callee": PREMIUM},
    )
    visitor.expect("fail")
    assert Call.objects.get(wcs_call_id=talking.call_id).ended_at is None
    stage.ends_with(WHOLE, f"{PREMIUM}: callee_unknown", sessions=2)
