"""Calls through the stand-in at a real SIP server: how they begin, ring, fail and end."""

from __future__ import annotations

import json

import pytest

from tests.demo.hook_backend import OBEYED, Reply
from tests.demo.sip_peer import BUSY, ECHO, LOGIN, PASSWORD, RINGING


@pytest.fixture
def calls(backend, visit):
    """Connects, and calls whom the backend says."""

    def calls(callee: str, **fields):
        backend.answers["call"] = Reply({"callee": callee})
        visitor = visit().connect()
        visitor.expect("getUserData")
        return visitor, visitor.call("sales", **fields)

    return calls


def test_a_call_rings_is_answered_and_hung_up_by_the_visitor(calls, sip, wcs):
    visitor, call = calls(ECHO)
    for name, status in (
        ("notifyTryingResponse", "TRYING"),
        ("ring", "RING"),
        ("talk", "ESTABLISHED"),
    ):
        assert visitor.expect(name, callId=call)["status"] == status
    visitor.hangup(call)
    assert visitor.expect("finish", callId=call)["info"] == "Normal call clearing"
    sip.expect("BYE")
    invite = wcs.find_lines(what="invite")[-1]
    assert (invite["account"], invite["target"]) == (
        "sip:10001@sip.acme.test",
        "sip:10002@sip.acme.test",
    )


def test_two_calls_in_a_row_in_one_session(calls, backend):
    visitor, first = calls(ECHO)
    visitor.expect("talk")
    visitor.hangup(first)
    visitor.expect("finish", callId=first)
    second = visitor.call("sales")
    visitor.expect("talk", callId=second)


@pytest.mark.parametrize(
    ("callee", "status", "sip_status", "info"),
    [
        (BUSY, "BUSY", 486, "SIP 486 BUSY HERE"),
        ("10099", "FAILED", 404, "SIP 404 NOT FOUND"),
        ("1 0002", "FAILED", None, "this callee cannot be dialled"),
        ("x\r\nVia: y", "FAILED", None, "this callee cannot be dialled"),
        ("1" * 100_000, "FAILED", None, "more than an INVITE can hold"),
    ],
)
def test_a_call_that_does_not_come_about(calls, backend, callee, status, sip_status, info):
    visitor, _ = calls(callee)
    finish = visitor.expect("finish")
    assert (finish["status"], finish["sipStatus"], finish["info"]) == (status, sip_status, info)
    assert backend.posted("CallStatusEvent", status=status, info=info)


def test_a_sip_uri_is_dialled_as_it_is(calls, sip):
    visitor, _ = calls(f"sip:{ECHO}@elsewhere.example")
    visitor.expect("talk")
    sip.expect("INVITE", f"sip:{ECHO}@elsewhere.example")


def test_hanging_up_while_it_rings_cancels(calls, sip):
    visitor, call = calls(RINGING)
    visitor.expect("ring")
    visitor.hangup(call)
    assert visitor.expect("finish")["status"] == "FINISH"
    sip.expect("CANCEL")


def test_the_phone_hangs_up(calls, sip, backend):
    visitor, _ = calls(ECHO)
    visitor.expect("talk")
    sip.hang_up()
    assert visitor.expect("finish")["status"] == "FINISH"
    assert backend.posted("hangup") == []


@pytest.mark.parametrize(
    ("callee", "frame", "method"), [(ECHO, "talk", "BYE"), (RINGING, "ring", "CANCEL")]
)
def test_a_closed_tab_ends_its_call_and_its_session(calls, sip, backend, callee, frame, method):
    visitor, call = calls(callee)
    visitor.expect(frame)
    visitor.close()
    sip.expect(method)
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
    assert [hook.body["status"] for hook in backend.hooks[-2:]] == ["FINISH", "DISCONNECTED"]
    assert backend.hooks[-2].body["callId"] == call


def test_a_hang_up_before_the_call_is_answered_leaves_a_ghost(backend, visit, sip, wcs):
    """The SDK does not even send it. The phone rings for nobody until the socket closes."""

    def answer(body, asked):
        wcs.wait_for(what="goes on", method="hangup", call=body["callId"])
        return Reply({"callee": ECHO})

    backend.answers["call"] = answer
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.hangup(visitor.call("sales"))
    assert visitor.expect("talk")["status"] == "ESTABLISHED"
    assert not any(frame["message"] == "finish" for frame in visitor.frames)
    visitor.close()
    sip.expect("BYE")


def test_a_tab_closed_while_the_call_is_pending_places_none(backend, visit, sip):
    def answer(body, asked):
        backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
        return Reply({"callee": ECHO})

    backend.answers["call"] = answer
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales")
    backend.expect("call")
    visitor.close()
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
    assert backend.posted("CallStatusEvent") == []
    assert sip.requests == []


def test_what_an_unsafe_backend_allows_is_really_done(calls, sip):
    """The positive control of tests that see a visitor's transfer refused."""
    visitor, call = calls(ECHO)
    visitor.expect("talk")
    visitor.send("hold", {"callId": call})
    assert visitor.expect("hold")["status"] == "HOLD"
    visitor.send("unhold", {"callId": call})
    assert visitor.expect("talk")["status"] == "ESTABLISHED"
    visitor.send("transfer", {"callId": call, "target": "0900999"})
    sip.expect("REFER", "sip:0900999@sip.acme.test")


def test_an_incoming_call_is_asked_about_and_never_answered(backend, visit, sip):
    backend.accept(
        {**sip.account, "sipRegisterRequired": True}, OnCallEvent={"clientExclude": "callee"}
    )
    visitor = visit().connect()
    visitor.expect("registered")
    sip.ring_visitor()
    assert "callee" not in visitor.expect("notifyIncomingCall")
    assert backend.expect("OnCallEvent").body["callee"] == LOGIN
    sip.expect("486", "Busy Here")


def test_it_registers_where_that_is_required_and_unregisters_at_the_end(backend, visit, sip):
    backend.accept({**sip.account, "sipRegisterRequired": True}, call=OBEYED)
    visitor = visit().connect()
    assert visitor.expect("registered")["sipPassword"] == PASSWORD
    assert backend.posted("RegistrationStatusEvent", status="REGISTERED", sipLogin=LOGIN)
    names = [frame["message"] for frame in visitor.frames]
    assert names == ["getUserData", "registered"]
    visitor.close()
    sip.expect("REGISTER", times=2)


def test_an_account_can_register_again_after_its_session(backend, visit, sip):
    backend.accept({**sip.account, "sipRegisterRequired": True}, call=OBEYED)
    for visits in (1, 2):
        visitor = visit().connect()
        visitor.expect("registered")
        visitor.close()
        sip.expect("REGISTER", times=2 * visits)


def test_a_wrong_password_fails_the_registration_and_the_call(backend, visit, sip):
    wrong = {**sip.account, "sipPassword": "wrong", "sipRegisterRequired": True}
    backend.accept(wrong, call=OBEYED)
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    failure = visitor.expect("fail")
    assert (failure["apiMethod"], failure["status"]) == ("RegistrationStatusEvent", "FAILED")
    assert failure["info"] == "SIP 401 UNAUTHORIZED"
    assert backend.posted("RegistrationStatusEvent", status="FAILED", info=failure["info"])
    visitor.call("sales")
    assert visitor.expect("finish")["sipStatus"] == 407


@pytest.mark.parametrize(
    "account", [{}, {"sipLogin": "a b", "sipDomain": "x"}, {"sipLogin": [], "sipDomain": 7}]
)
def test_no_usable_account_places_no_call(backend, visit, sip, account):
    backend.accept(account, call=OBEYED)
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales")
    assert visitor.expect("finish")["status"] == "FAILED"
    assert sip.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no JSON",
        "[]",
        "7",
        '{"message": 7}',
        '{"message": "call", "data": {}}',
        '{"message": "call", "data": [7]}',
        '{"message": "call", "data": [null]}',
        '{"message": "call", "data": [NaN]}',
        '{"message": "../admin", "data": [{}]}',
        '{"message": "ConnectionStatusEvent", "data": [{"status": "DISCONNECTED"}]}',
        '{"message": "connect", "data": [{}]}',
        '{"message": "call", "data": [' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "]}",
    ],
)
def test_a_frame_no_sdk_sends_is_ignored(backend, visit, text):
    visitor = visit()
    visitor.send_text(text)
    visitor.connect().expect("getUserData")
    visitor.send_text(text)
    visitor.send("ping", None)
    visitor.expect("pong")
    visitor.close()
    backend.expect(
        "ConnectionStatusEvent", authToken=backend.hooks[0].body["sessionId"], status="DISCONNECTED"
    )
    assert [hook.method for hook in backend.hooks] == [
        "connect",
        "ConnectionStatusEvent",
        "ConnectionStatusEvent",
    ]


def test_strange_values_are_posted_as_they_are(backend, visit):
    backend.answers["call"] = lambda body, asked: Reply({"callee": BUSY})
    visitor = visit().connect(
        custom=[{"\ud800": 1}], app_key="defaultApp", sipPort={"a": []}, sipLogin=None
    )
    visitor.expect("getUserData")
    visitor.send_text(
        json.dumps(
            {"message": "call", "data": [{"callId": {"a": []}, "custom": "\ud800", "sdp": 7}]}
        )
    )
    assert visitor.expect("finish")["callId"] == {"a": []}
    assert backend.expect("connect").body["custom"] == [{"?": 1}]


def test_nothing_is_asked_before_the_session_is_accepted(backend, visit):
    visitor = visit()
    visitor.call("sales")
    visitor.send("ping", None)
    visitor.expect("pong")
    assert backend.hooks == []


def test_no_secret_stands_in_the_record(calls, wcs):
    visitor, call = calls(ECHO)
    visitor.expect("talk")
    visitor.hangup(call)
    visitor.expect("finish")
    assert wcs.find_lines(what="invite")
    assert PASSWORD not in str(wcs.lines)
    assert json.dumps(PASSWORD)[1:-1] not in json.dumps(wcs.lines)
