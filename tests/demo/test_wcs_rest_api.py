"""WCS's own REST API in the stand-in."""

from __future__ import annotations

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.demo.hook_backend import Reply
from tests.demo.sip_peer import ECHO, PASSWORD
from tests.demo.stand_in import StandIn
from tests.e2e.visitor import Visitor

USER, REST_PASSWORD = "gateway", "rest-api-pässword"


@dataclass
class Rest:
    base: str
    user: str = USER
    password: str = REST_PASSWORD

    def post(self, path: str, fields: Any = None) -> tuple[int, bytes]:
        url = urlsplit(self.base)
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
        credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"} if self.user else {}
        body = (
            fields
            if isinstance(fields, bytes)
            else b""
            if fields is None
            else json.dumps(fields).encode()
        )
        connection.request("POST", f"{url.path}/{path}", body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, content


@pytest.fixture(scope="module")
def protected(tmp_path_factory, _backend):
    """A stand-in whose REST API wants a password."""
    password = tmp_path_factory.mktemp("rest") / "password"
    password.write_text(REST_PASSWORD)
    stand_in = StandIn(
        "--hooks",
        _backend.url,
        "--no-media",
        "--rest-user",
        USER,
        "--rest-password-file",
        str(password),
    )
    yield stand_in
    stand_in.stop()


@pytest.fixture
def rest(protected) -> Rest:
    return Rest(protected.rest)


@pytest.fixture
def visitor(protected, backend):
    """In a call."""
    backend.answers["call"] = Reply({"callee": ECHO})
    visitor = Visitor(protected.url).connect()
    visitor.session = visitor.expect("getUserData")["sessionId"]
    visitor.call_id = visitor.call("sales")
    visitor.expect("talk")
    yield visitor
    visitor.close()
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")


@pytest.mark.parametrize(
    ("user", "password"), [("", ""), (USER, "wrong"), ("other", REST_PASSWORD), (USER, "")]
)
def test_without_the_password_nothing_is_done(rest, visitor, user, password):
    stranger = Rest(rest.base, user, password)
    for path, fields in {
        "connection/find_all": {},
        "connection/terminate": {"sessionId": visitor.session},
        "call/find_all": {},
        "call/terminate": {"callId": visitor.call_id},
        "data/send": {"sessionId": visitor.session, "payload": {}},
    }.items():
        assert stranger.post(path, fields) == (401, b"")
    visitor.send("ping", None)
    visitor.expect("pong")
    assert rest.post("call/find_all")[0] == 200


def test_without_a_user_it_is_open_as_wcs_is(wcs):
    assert Rest(wcs.rest, user="").post("call/find_all") == (404, b"")


def test_the_live_calls_and_connections_are_listed(rest, visitor):
    status, content = rest.post("call/find_all")
    [call] = json.loads(content)
    assert (status, call["callId"], call["status"], call["callee"]) == (
        200,
        visitor.call_id,
        "ESTABLISHED",
        ECHO,
    )
    assert json.loads(rest.post("call/find", {"callId": visitor.call_id})[1]) == [call]
    assert rest.post("call/find", {"callId": "gone"})[0] == 404
    status, content = rest.post("connection/find_all", {})
    [connection] = json.loads(content)
    assert (status, connection["sessionId"], connection["sipPassword"]) == (
        200,
        visitor.session,
        PASSWORD,
    )


def test_a_call_is_ended(rest, visitor, sip, backend):
    assert rest.post("call/terminate", {"callId": visitor.call_id}) == (200, b"")
    assert visitor.expect("finish")["callId"] == visitor.call_id
    sip.expect("BYE")
    assert backend.posted("CallStatusEvent", status="FINISH")
    assert rest.post("call/terminate", {"callId": visitor.call_id}) == (404, b"")
    assert rest.post("call/find_all") == (404, b"")


def test_a_session_is_ended_with_its_call(rest, visitor, sip, backend):
    assert rest.post("connection/terminate", {"sessionId": visitor.session}) == (200, b"")
    visitor.expect_closed()
    sip.expect("BYE")
    backend.expect("ConnectionStatusEvent", status="DISCONNECTED")


@pytest.mark.parametrize("names", [{"sessionId": "…"}, {"sessionIds": ["…", "gone"]}])
def test_data_reaches_the_page(rest, visitor, backend, names):
    to = {
        key: visitor.session if key == "sessionId" else [visitor.session, "gone"] for key in names
    }
    assert rest.post("data/send", {**to, "operationId": "o1", "payload": {"message": "hello"}}) == (
        200,
        b"",
    )
    told = visitor.expect("OnDataEvent")
    assert (told["operationId"], told["payload"]) == ("o1", {"message": "hello"})
    visitor.send("DataStatusEvent", {"operationId": "o1", "status": "ACCEPTED"})
    assert backend.expect("DataStatusEvent").body["operationId"] == "o1"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("call/terminate", {"callId": "gone"}, 404),
        ("connection/terminate", {"sessionId": "gone"}, 404),
        ("data/send", {"sessionId": "gone", "payload": {}}, 404),
        ("call/terminate", b"no JSON", 400),
        ("call/terminate", [], 400),
        ("call/startup", {}, 404),
    ],
)
def test_what_is_not_there(rest, path, fields, status):
    assert rest.post(path, fields)[0] == status
