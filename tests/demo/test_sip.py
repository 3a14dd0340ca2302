"""The demo's SIP server and phone, for what the calls of the other tests do not show."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from clickhook.demo.part import Part, PartError
from tests.conftest import ROOT

ACCOUNTS = "10001@a.test:10001:first\n10002@a.test:auth:second\n10003@b.test:10003:third\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Part]:
    with Part("clickhook.demo.sip", "-", standard_input=ACCOUNTS) as running:
        running.wait_for()
        yield running


@pytest.fixture
def peer(server) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.connect(tuple(server.lines[0]["listening"]))
        udp.settimeout(5)
        yield udp


def request(peer, method, uri, *headers, to="<sip:10002@a.test>"):
    place = "{}:{}".format(*peer.getsockname())
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {place};branch=z9hG4bKx;rport",
        "From: <sip:10001@a.test>;tag=1",
        f"To: {to}",
        "Call-ID: c",
        f"CSeq: 1 {method}",
        *headers,
    ]
    return ("\r\n".join([*lines, "", ""])).encode()


def asked(peer, *arguments, **more):
    peer.send(request(peer, *arguments, **more))
    return peer.recv(4000).decode()


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\r\n\r\n",
        b"\x00\xff" * 100,
        b"INVITE sip:1@a.test SIP/2.0\r\n\r\n",
        b"INVITE\r\nVia: x\r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:99999\r\nFrom: x\r\nTo: y\r\nCall-ID: "
        b"z\r\nCSeq: 1\r\n\r\n",
        b"REGISTER sip:a.test SIP/2.0\r\nno header\r\n\r\n",
    ],
)
def test_what_is_no_sip_is_passed_over(server, peer, datagram):
    peer.send(datagram)
    assert "407" in asked(peer, "INVITE", "sip:10002@a.test").partition("\r\n")[0]


def test_a_caller_is_challenged_in_the_realm_of_her_own_domain(peer):
    assert 'realm="a.test"' in asked(peer, "INVITE", "sip:10002@a.test")


def test_somebody_elses_credentials_are_no_use(server, peer):
    stolen = (
        'Proxy-Authorization: Digest username="10003", realm="b.test", nonce="x", '
        'uri="sip:1", response="y"'
    )
    assert asked(peer, "INVITE", "sip:10002@a.test", stolen).startswith("SIP/2.0 407")
    server.wait_for(outcome="wrong credentials")  # it answers before it tells


def test_an_answer_holds_no_more_than_was_asked(peer):
    assert asked(peer, "OPTIONS", "sip:a.test").startswith("SIP/2.0 405")


def test_a_message_within_a_dialog_goes_nowhere_but_to_this_machine(peer):
    answer = asked(peer, "BYE", "sip:10002@192.0.2.1", to="<sip:10002@a.test>;tag=theirs")
    assert answer.startswith("SIP/2.0 403")


def test_a_message_that_goes_in_circles_ends(server, peer):
    host, port = server.lines[0]["listening"]
    answer = asked(peer, "BYE", f"sip:10002@{host}:{port}", to="<sip:10002@a.test>;tag=theirs")
    assert answer.startswith("SIP/2.0 483")


def test_a_phone_that_cannot_register_says_so(server):
    host, port = server.lines[0]["listening"]
    command = [
        sys.executable,
        "-m",
        "clickhook.demo.phone",
        "10001@a.test",
        "--server",
        f"{host}:{port}",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PHONE_PASSWORD": "wrong"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "10001@a.test cannot register" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_part_that_ends_by_itself_is_noticed():
    with (
        Part("clickhook.demo.sip", "/no/such/file") as part,
        pytest.raises(PartError, match="No such file"),
    ):
        part.wait_for()
