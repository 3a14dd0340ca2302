"""What is no WCS payload: 400, and nothing changes."""

from __future__ import annotations

import http.client
import json
import socket

import pytest

from hooks.body import MAX_PIECES
from hooks.models import Call, Event, Session
from tests.wcs import payload, sign

BAD = {
    "empty": ("connect", b""),
    "cut": ("call", b'{"sessionId": "s"'),
    "a list": ("CallStatusEvent", b"[]"),
    "deep": ("connect", b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "a key twice": (
        "connect",
        b'{"origin": "https://evil.example", "origin": "https://www.acme.example"}',
    ),
    "NUL": ("transfer", b'{"sessionId": "s\\u0000"}'),
    "a lone surrogate": ("connect", b'{"sessionId": "s", "origin": "\\ud800"}'),
    "not UTF-8": ("call", b'{"sessionId": "\xff"}'),
}


def test_it_refuses_a_malformed_body(acme):
    """tests/hooks/pure/test_parsing.py has the whole table."""
    for number, (method, body) in enumerate(BAD.values(), start=1):
        answer = acme.send(method, body)

        assert (answer.status, answer.json) == (400, {"status": 400, "reason": "Bad request"})
        event = Event.objects.latest("id")
        assert (event.method, event.reason, event.body) == (method, "malformed", {})
        assert event.detail
        assert Event.objects.count() == number
    assert not Session.objects.exists()
    assert not Call.objects.exists()


def test_it_refuses_wrong_types(acme):
    for field, value in (("sessionId", None), ("nodeId", "🙂" * 100), ("sipPort", True)):
        assert acme.post("connect", **{field: value}).status == 400
    assert not Session.objects.exists()

    acme.connected()
    for field, value in (("callee", ["sales"]), ("callId", ...), ("sipStatus", 1.5)):
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


def test_it_does_not_read_a_body_in_endless_pieces(acme):
    with socket.create_connection(("127.0.0.1", acme.port), timeout=10) as connection:
        connection.sendall(_head(acme, "Transfer-Encoding: chunked"))
        connection.sendall(b"1\r\nx\r\n" * (MAX_PIECES + 1000))
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
    assert not Event.objects.exists()


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
