"""What is no WCS payload: 400, and nothing changes."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from hooks.models import Call, Event, Session
from tests.wcs import payload, sign

DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000
BAD = {
    "empty": b"",
    "not json": b"connect",
    "cut": b'{"sessionId": "s"',
    "a list": b"[]",
    "a text": b'"connect"',
    "a number": b"1",
    "null": b"null",
    "NaN": b'{"sessionId": "s", "x": NaN}',
    "infinity": b'{"sessionId": "s", "x": -Infinity}',
    "too large a number": b'{"sessionId": "s", "x": 1e999}',
    "endless digits": b'{"sessionId": "s", "x": ' + b"9" * 10_000 + b"}",
    "deep objects": DEEP,
    "deep lists": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a bit too deep": b'{"x":' + b"[" * 32 + b"]" * 32 + b"}",
    "a key twice": b'{"sessionId": "s", "origin": "https://evil.example", "origin": "https://www.acme.example"}',
    "a key twice within": b'{"sessionId": "s", "custom": {"a": 1, "a": 2}}',
    "NUL": b'{"sessionId": "s\\u0000"}',
    "NUL in a key": b'{"sessionId": "s", "custom": {"\\u0000": 1}}',
    "a lone surrogate": b'{"sessionId": "s", "origin": "\\ud800"}',
    "a lone surrogate within": b'{"sessionId": "s", "custom": ["\\udfff"]}',
    "not UTF-8": b'{"sessionId": "\xff"}',
    "UTF-16": '{"sessionId": "s"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"sessionId": "s"}',
    "two documents": b"{} {}",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("method", ["connect", "call", "CallStatusEvent", "transfer"])
def test_it_refuses_a_malformed_body(acme, method, body):
    answer = acme.send(method, body)

    assert (answer.status, answer.json) == (400, {"status": 400, "reason": "Bad request"})
    assert not Session.objects.exists()
    assert not Call.objects.exists()
    event = Event.objects.get()
    assert (event.reason, event.body) == ("malformed", {})
    assert event.detail


WRONG_TYPES = {
    "origin": [1, True, ["https://www.acme.example"], {"a": 1}],
    "sessionId": [1, None, "", [], {}, False, "s" * 513, "s" * 4096, "🙂" * 200],
    "nodeId": [1, [], "n" * 256, "🙂" * 100],
    "appKey": [1, {}],
    "sipPort": [True, [], {}, 5060.5],
    "sipLogin": [10001, []],
    "sipRegisterRequired": ["true", 1],
    "keepAlive": ["no"],
    "mediaProviders": ["WebRTC", {}],
}


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in WRONG_TYPES.items() for value in values],
)
def test_it_refuses_wrong_types_in_a_connect(acme, field, value):
    assert acme.post("connect", **{field: value}).status == 400
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("callee", value) for value in (10002, ["sales"], {"alias": "sales"}, True, "s" * 513)],
        *[("callId", value) for value in (1, None, "", [], ..., "c" * 256)],
        *[("hasAudio", value) for value in ("yes", 1)],
        *[("caller", value) for value in (1, [])],
        *[("inviteParameters", value) for value in (1, ["X-Campaign"], True)],
        *[("sipStatus", value) for value in ("180", True, 1.5)],
    ],
)
def test_it_refuses_wrong_types_in_a_call(acme, field, value):
    acme.connected()

    assert acme.post("call", **{field: value}).status == 400
    assert not Call.objects.exists()


@pytest.mark.parametrize("given", [{"X-Campaign": "spring"}, {}, "X-Campaign=spring", None])
def test_parameters_of_the_page_are_accepted_and_dropped(acme, given):
    acme.connected()

    answer = acme.post("call", inviteParameters=given)
    assert (answer.status, answer.json["inviteParameters"]) == (200, None)


def test_harmless_oddities_pass(acme):
    odd = {
        "custom": [1, {"deep": [[["ok"]]]}],
        "aFieldOfALaterBuild": {"x": [1.5, None]},
        "clientVersion": "🙂 \\u0000",
    }
    assert acme.post("connect", **odd).status == 200
    assert acme.post("connect", sessionId="nodeless", nodeId=None, appKey=...).status == 200


def test_it_refuses_what_is_too_large(acme):
    body = json.dumps(payload("connect", custom="x" * 256 * 1024)).encode()
    answer = acme.send("connect", body)

    assert (answer.status, answer.json) == (413, {"status": 413, "reason": "Too large"})
    assert not Event.objects.exists()


def test_it_takes_what_is_just_not_too_large(acme):
    short = json.dumps(payload("connect", custom="")).encode()
    body = json.dumps(payload("connect", custom="x" * (256 * 1024 - len(short)))).encode()

    assert len(body) == 256 * 1024
    assert acme.send("connect", body).status == 200


def test_it_does_not_read_what_is_too_large(acme):
    """It answers on the header alone; of a body without a length it reads no more than it must."""
    with socket.create_connection(("127.0.0.1", acme.port), timeout=10) as connection:
        connection.sendall(_head(acme, "Content-Length: 10000000000"))
        assert connection.recv(100).startswith(b"HTTP/1.1 413")
    with socket.create_connection(("127.0.0.1", acme.port), timeout=10) as connection:
        connection.sendall(_head(acme, "Transfer-Encoding: chunked"))
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        for _ in range(5):
            connection.sendall(chunk)
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_the_connection_serves_on_after_every_refusal(acme):
    for body in (b"", b"{", b"[]"):
        assert acme.send("connect", body).status == 400
    assert acme.post("connect").status == 200


def test_a_visitor_who_leaves_mid_post_changes_nothing(acme):
    connection = http.client.HTTPConnection("127.0.0.1", acme.port)
    connection.putrequest("POST", f"/hooks/{acme.key}/connect")
    connection.putheader("Content-Length", "500")
    connection.putheader("Authorization", f"WCS {sign(acme.secret, b'{')}")
    connection.endheaders(b"{")
    connection.close()

    assert acme.post("connect").status == 200
    assert Session.objects.count() == 1
    assert [event.reason for event in Event.objects.all()] == ["allowed"]


def _head(wcs, *headers: str) -> bytes:
    lines = [
        f"POST /hooks/{wcs.key}/connect HTTP/1.1",
        "Host: gateway",
        "Content-Type: application/json",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"
