"""What the stand-in posts, and what it makes of the answers' statuses."""

from __future__ import annotations

import uuid

import pytest

from tests.demo.hook_backend import CLOSED, FORBIDDEN, Reply
from tests.demo.sip_peer import ECHO

NEUTRAL = "Calls are not available here"


def test_every_hook_is_signed_and_names_node_application_and_session(backend, visit):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    session = visitor.expect("getUserData")["sessionId"]
    call = visitor.call()
    visitor.expect("talk")
    visitor.hangup(call)
    visitor.expect("finish")
    visitor.close()
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
    assert all(hook.is_signed for hook in backend.hooks)
    assert {hook.body["sessionId"] for hook in backend.hooks} == {session}
    assert uuid.UUID(session)
    assert {hook.body["appKey"] for hook in backend.hooks} == {"defaultApp"}
    assert all(hook.body["nodeId"].endswith("@127.0.0.1") for hook in backend.hooks)
    assert {hook.headers["Content-Type"] for hook in backend.hooks} == {
        "application/json;charset=UTF-8"
    }


def test_the_hooks_of_a_call_come_in_their_order_on_kept_connections(backend, visit):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    call = visitor.call()
    visitor.expect("talk")
    visitor.hangup(call)
    visitor.expect("finish")
    visitor.close()
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
    assert [(hook.method, hook.body.get("status")) for hook in backend.hooks] == [
        ("connect", None),
        ("ConnectionStatusEvent", "ESTABLISHED"),
        ("call", "PENDING"),
        ("CallStatusEvent", "TRYING"),
        ("CallStatusEvent", "RING"),
        ("CallStatusEvent", "ESTABLISHED"),
        ("hangup", None),
        ("CallStatusEvent", "FINISH"),
        ("ConnectionStatusEvent", "DISCONNECTED"),
    ]
    assert (
        len({hook.client for hook in backend.hooks}) <= 2
    )  # another test's may be among those that were kept


def test_connect_carries_all_the_browser_sent_and_the_origin_it_really_has(backend, visit):
    visitor = visit(origin="https://www.acme.example")
    visitor.connect(
        custom={"token": "t"},
        sipLogin="mine",
        origin="https://forged.example",
        sessionId="mine",
        nodeId="mine",
    )
    visitor.expect("getUserData")
    body = backend.expect("connect").body
    assert body["custom"] == {"token": "t"}
    assert body["sipLogin"] == "mine"
    assert body["origin"] == "https://www.acme.example"
    assert "mine" not in (body["sessionId"], body["nodeId"])
    assert "origin" not in backend.expect("ConnectionStatusEvent").body


def test_call_events_carry_the_whole_call(backend, visit):
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = visit().connect()
    visitor.expect("getUserData")
    call = visitor.call("sales", custom={"campaign": "spring"})
    visitor.expect("talk")
    body = backend.expect("CallStatusEvent", status="ESTABLISHED").body
    assert (body["callId"], body["callee"], body["sipStatus"], body["custom"]) == (
        call,
        ECHO,
        200,
        {"campaign": "spring"},
    )
    assert ECHO in body["sipMessageRaw"]


@pytest.mark.parametrize(
    ("reply", "info"),
    [
        (FORBIDDEN, NEUTRAL),
        (Reply({"status": 403, "reason": "x", "more": 1}, 403), "Forbidden"),
        (Reply({"status": 403, "reason": "x"}, 403, content_type="text/html"), "Forbidden"),
        (Reply({}, 302), "Found"),
        (Reply({}, 201), "Created"),
        (
            Reply(b"<html>", 200),
            "The answer to connect is no JSON object, so WCS would take it for an error.",
        ),
    ],
)
def test_a_refused_connect_tells_the_browser_why_and_closes(backend, visit, reply, info):
    backend.answers["connect"] = reply
    visitor = visit().connect()
    assert visitor.expect("fail") == {
        "status": "FAILED",
        "info": info,
        "apiMethod": "ConnectionStatusEvent",
    }
    visitor.expect_closed()
    body = backend.expect("ConnectionStatusEvent").body
    assert set(body) == {"nodeId", "appKey", "sessionId", "status", "info"}
    assert body["status"] == "FAILED"
    assert visitor.raw.count("\n") == 1


def test_a_broken_connection_is_tried_again_with_the_same_body(backend, visit):
    ok = backend.answers["connect"]
    backend.answers["connect"] = lambda body, asked: CLOSED if asked < 4 else ok
    visit().connect().expect("getUserData")
    posted = backend.posted("connect")
    assert len(posted) == 4
    assert len({hook.raw for hook in posted}) == 1


def test_the_fourth_broken_connection_is_an_error(backend, visit):
    backend.answers["connect"] = CLOSED
    assert visit().connect().expect("fail")["info"] == "Connection reset"
    assert len(backend.posted("connect")) == 4


def test_a_slow_answer_is_an_error_and_not_tried_again(backend, visit):
    backend.answers["connect"] = Reply({}, after=1)
    assert visit().connect().expect("fail")["info"] == "Read timed out"
    assert len(backend.posted("connect")) == 1


def test_an_unknown_application_is_refused_without_a_hook(backend, visit):
    visitor = visit().connect(app_key="other")
    assert visitor.expect("fail")["info"] == "Application not found"
    visitor.expect_closed()
    assert backend.hooks == []


@pytest.mark.proof
def test_an_unreachable_backend_refuses(start, visit):
    nowhere = start("--hooks", "other=http://127.0.0.1:9/hooks/key")
    assert visit(nowhere).connect(app_key="other").expect("fail")["info"] == "Connection refused"


@pytest.mark.proof
def test_out_of_order_the_hooks_of_events_are_posted_at_the_same_time(backend, start, visit):
    """TRYING is not answered before ESTABLISHED has come: in order, that could never be."""
    late = start("--out-of-order")
    backend.answers["call"] = Reply({"callee": ECHO})

    def answer(body, asked):
        if body["status"] == "TRYING":
            backend.expect("CallStatusEvent", status="ESTABLISHED")
        return Reply()

    backend.answers["CallStatusEvent"] = answer
    visitor = visit(late).connect()
    visitor.expect("getUserData")
    visitor.call()
    visitor.expect("talk")
    states = [
        frame["data"][0]["status"] for frame in visitor.frames if frame["message"] != "getUserData"
    ]
    assert states == ["TRYING", "RING", "ESTABLISHED"]
    visitor.close()
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")
