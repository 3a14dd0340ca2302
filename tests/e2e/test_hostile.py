"""What anybody can send from a console: everything of the browser's is overwritten or refused."""

from __future__ import annotations

import json
import uuid

import pytest

from hooks.models import Call, Event

PREMIUM = "+88213000000"
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
    talking.visitor.expect("fail", info="Calls are not available here")
    assert Event.objects.get(method=name).reason == "method_refused"
    assert not stage.wcs().said(what="goes on", method=name, call=talking.call_id)
    assert Call.objects.get().ended_at is None
    assert {invite.callee for invite in stage.invites()} == {"+4930123456@sip.acme.example"}


def test_data_is_refused(talking):
    talking.visitor.send("sendData", {"operationId": "1", "payload": {"to": PREMIUM}})
    assert talking.visitor.expect("DataStatusEvent")["status"] == "FAILED"


def test_the_browsers_own_sip_account_is_overwritten(stage, client):
    stage.phone("sales")
    caller = client("sales")
    mine = {"sipLogin": "20001", "sipPassword": "mine", "sipDomain": "sip.globex.example", "sipPort": 9}
    visitor = caller.connect(**mine, sipOutboundProxy="203.0.113.9", sipVisibleName="The Bank", sipRegisterRequired=True)
    visitor.expect("getUserData")
    caller.call_id = visitor.call("sales")
    caller.wait("talking")
    assert {invite.caller for invite in stage.invites()} == {"10001@sip.acme.example"}
    assert not stage.wcs().said(what="register", account="sip:20001@sip.globex.example")


def test_the_browsers_own_fields_of_a_call_are_overwritten(stage, client):
    stage.phone("sales")
    caller = client("sales")
    hostile = {
        "target": PREMIUM,
        "inviteParameters": "x\r\nDiversion: <sip:1@evil.test>",
        "caller": "20001",
        "hasVideo": True,
    }
    caller.dial(**hostile, visibleName="The Bank", sipHeaders={"P-Asserted-Identity": "1"}, rtmpUrl="rtmp://evil.test/")
    caller.wait("talking")
    assert [(invite.caller, invite.callee) for invite in stage.invites()][-1] == (
        "10001@sip.acme.example",
        "+4930123456@sip.acme.example",
    )


def test_another_application_is_no_way_around(stage, client):
    caller = client("sales")
    visitor = caller.connect(app_key="someOtherApp")
    visitor.expect("fail")
    visitor.expect_closed()
    assert stage.invites() == []


def test_a_call_id_is_used_once(stage, talking):
    talking.visitor.call("support", callId=talking.call_id)
    talking.visitor.expect("fail", info="Calls are not available here")
    assert Event.objects.get(decision="refused").reason == "call_id_reused"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"message": "call"}', '{"message": 5, "data": {}}', "\x00", "[" * 9000]
)
def test_a_frame_that_is_none_breaks_nothing(stage, talking, text):
    talking.visitor.send_text(text)
    talking.hang_up()
    talking.wait("ended")
    assert not stage.wcs().said(what="fault")


def test_a_session_of_somebody_else_cannot_be_used(stage, client, talking):
    stranger = client("sales")
    visitor = stranger.connect()
    visitor.expect("getUserData")
    visitor.send("hangup", {"callId": talking.call_id})
    visitor.send("call", {"callId": str(uuid.uuid1()), "sessionId": json.dumps(talking.call_id), "callee": PREMIUM})
    visitor.expect("fail")
    assert Call.objects.get(call_id=talking.call_id).ended_at is None
