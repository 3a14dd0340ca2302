"""The stand-in obeys restClientConfig, and does its worst where that leaves something open."""

from __future__ import annotations

import pytest

from tests.demo.hook_backend import FORBIDDEN, OBEYED, Reply
from tests.demo.sip_peer import BUSY, DOMAIN, ECHO, LOGIN, PASSWORD

SECRET_FIELDS = (
    "sipLogin,sipPassword,sipAuthenticationName,sipDomain,sipOutboundProxy,sipPort,restClientConfig"
)
FRAUD = "0900999"


def dialled(sip) -> list[str]:
    return [
        uri.partition(":")[2].partition("@")[0]
        for method, uri in sip.requests
        if method == "INVITE"
    ]


def test_with_no_client_exclude_the_browser_gets_the_password(backend, visit):
    """The positive control of every test that looks for leaks."""
    visitor = visit().connect()
    seen = visitor.expect("getUserData")
    assert (seen["sipPassword"], seen["sipDomain"], seen["sipLogin"]) == (PASSWORD, DOMAIN, LOGIN)
    assert seen["restClientConfig"] == {"call": OBEYED}


def test_with_no_client_exclude_the_browser_gets_the_number(backend, visit):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call("sales")
    seen = visitor.expect("ring")
    assert seen["callee"] == ECHO
    assert ECHO in seen["sipMessageRaw"]


def test_client_exclude_hides_what_it_names_and_no_more(backend, sip, visit):
    backend.accept(
        sip.account,
        call=OBEYED,
        ConnectionStatusEvent={"clientExclude": SECRET_FIELDS},
        CallStatusEvent={"clientExclude": "callee,sipMessageRaw"},
    )
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    assert {"sipRegisterRequired", "sessionId", "authToken"} <= set(visitor.expect("getUserData"))
    visitor.call("sales")
    visitor.expect("talk")
    for secret in (PASSWORD, DOMAIN, LOGIN, ECHO):
        assert secret not in visitor.raw.encode().decode("unicode_escape")


def test_client_exclude_of_connect_alone_hides_nothing(backend, sip, visit):
    backend.accept(sip.account, connect={"clientExclude": SECRET_FIELDS})
    assert visit().connect().expect("getUserData")["sipPassword"] == PASSWORD


@pytest.mark.parametrize(
    ("entry", "reply"),
    [
        ({**OBEYED, "restOnError": "LOG"}, FORBIDDEN),
        ({**OBEYED, "restOnError": "LOG"}, Reply({"callee": ECHO}, after=1)),
        ({**OBEYED, "restPolicy": "NOTIFY"}, Reply({"callee": ECHO})),
        ({**OBEYED, "restOverwrite": "caller"}, Reply({"callee": ECHO})),
        ({}, Reply({"callee": ECHO})),
        ({}, FORBIDDEN),
        (None, FORBIDDEN),
    ],
)
def test_an_unsafe_entry_dials_what_the_browser_said(backend, sip, visit, entry, reply):
    backend.accept(sip.account, **({} if entry is None else {"call": entry}))
    backend.answers["call"] = reply
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(FRAUD)
    assert visitor.expect("finish")["info"] == "SIP 404 NOT FOUND"
    assert dialled(sip) == [FRAUD]
    assert len(backend.posted("call")) == 1


@pytest.mark.parametrize(
    ("reply", "info"),
    [
        (FORBIDDEN, "Calls are not available here"),
        (Reply({"callee": ECHO}, after=1), "Read timed out"),
        (Reply(b"[]"), "The answer to call is no JSON object, so WCS would take it for an error."),
        (Reply({"callee": ECHO}, 500), "Internal Server Error"),
    ],
)
def test_fail_stops_the_call_before_the_sip_server_hears_of_it(
    backend, sip, visit, wcs, reply, info
):
    backend.answers["call"] = reply
    visitor = visit().connect()
    session = visitor.expect("getUserData")["sessionId"]
    call = visitor.call(FRAUD)
    assert visitor.expect("fail") == {
        "status": "FAILED",
        "info": info,
        "apiMethod": "CallStatusEvent",
    }
    finish = visitor.expect("finish")
    assert (finish["callId"], finish["status"], finish["callee"]) == (call, "FAILED", FRAUD)
    assert sip.requests == []
    wcs.wait_for(what="refused", session=session, method="call")
    assert wcs.find_lines(what="goes on", session=session) == []


def test_a_null_callee_dials_nobody(backend, sip, visit):
    backend.answers["call"] = Reply({"callee": None})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(FRAUD)
    assert visitor.expect("finish")["info"] == "CALLEE_NAME_IS_NULL"
    assert sip.requests == []


def test_disable_does_not_ask(backend, sip, visit):
    backend.accept(
        sip.account,
        call={**OBEYED, "restPolicy": "DISABLE"},
        CallStatusEvent={"restPolicy": "DISABLE"},
    )
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(FRAUD)
    visitor.expect("finish")
    assert dialled(sip) == [FRAUD]
    assert {hook.method for hook in backend.hooks} == {"connect", "ConnectionStatusEvent"}


def test_rest_exclude_keeps_fields_from_the_backend(backend, sip, visit):
    backend.accept(sip.account, call={**OBEYED, "restExclude": "sdp,custom"})
    backend.answers["call"] = Reply({"callee": BUSY})
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call(custom={"a": 1})
    visitor.expect("finish")
    assert {"sdp", "custom"} & set(backend.expect("call").body) == set()
    assert backend.expect("CallStatusEvent").body["custom"] == {"a": 1}


def test_a_failed_event_hook_undoes_nothing(backend, sip, visit):
    backend.accept(sip.account, call=OBEYED, CallStatusEvent={"restOnError": "FAIL"})
    backend.answers |= {"call": Reply({"callee": ECHO}), "CallStatusEvent": FORBIDDEN}
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.call()
    assert visitor.expect("fail")["apiMethod"] == "ErrorEvent"
    visitor.expect("talk")


@pytest.mark.parametrize(
    ("frame", "argument", "hook", "event"),
    [
        ("transfer", {"callId": "c", "target": FRAUD}, "transfer", "TransferStatusEvent"),
        (
            "sendDtmf",
            {"callId": "c", "type": "RFC2833", "dtmf": "1"},
            "sendDtmf",
            "CallStatusEvent",
        ),
        ("hold", {"callId": "c"}, "hold", "CallStatusEvent"),
        (
            "publishStream",
            {"mediaSessionId": "m", "name": "s"},
            "publishStream",
            "StreamStatusEvent",
        ),
        ("playStream", {"mediaSessionId": "m", "name": "s"}, "playStream", "StreamStatusEvent"),
        ("pushLogs", {"logs": "x"}, "pushLogs", "ErrorEvent"),
    ],
)
def test_every_other_invocation_is_asked_too_and_stopped_by_fail_alone(
    backend, sip, visit, wcs, frame, argument, hook, event
):
    for on_error in ("FAIL", "LOG"):
        backend.accept(sip.account, **{hook: {"restOnError": on_error}})
        backend.answers[hook] = FORBIDDEN
        visitor = visit().connect()
        session = visitor.expect("getUserData")["sessionId"]
        visitor.send(frame, argument)
        if on_error == "FAIL":
            assert visitor.expect("fail")["apiMethod"] == event
        else:
            wcs.wait_for(what="goes on", session=session, method=hook)
        assert argument.items() <= backend.expect(hook, sessionId=session).body.items()


@pytest.mark.parametrize(("on_error", "status"), [("FAIL", "FAILED"), ("LOG", "ACCEPTED")])
def test_data_of_a_page_is_posted_as_on_data_event(backend, sip, visit, on_error, status):
    backend.accept(sip.account, OnDataEvent={"restOnError": on_error})
    backend.answers["OnDataEvent"] = FORBIDDEN
    visitor = visit().connect()
    visitor.expect("getUserData")
    visitor.send("sendData", {"operationId": "o1", "payload": {"message": "hello"}})
    assert visitor.expect("DataStatusEvent", operationId="o1")["status"] == status
    assert backend.expect("OnDataEvent").body["payload"] == {"message": "hello"}
    assert backend.expect("DataStatusEvent", operationId="o1").body["status"] == status
