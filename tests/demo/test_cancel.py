"""A CANCEL, on its way through the SIP server and at the phone."""

from __future__ import annotations

import asyncio
import hashlib
import re
from types import SimpleNamespace
from typing import Any

import baresip
import pytest

from clickhook.demo.phone.phone import Line, Manner, Phone
from clickhook.demo.sip.message import Message
from clickhook.demo.sip.server import Account, Credentials, SipServer

CALLER, PHONE = ("127.0.0.1", 5071), ("127.0.0.1", 5072)
ACCOUNTS = {
    Account("10001", "a.test"): Credentials("10001", "first"),
    Account("10002", "a.test"): Credentials("10002", "second"),
}


class Wire:
    """What the server sends, in place of a socket."""

    def __init__(self) -> None:
        self.sent: list[tuple[Message, tuple[str, int]]] = []
        self.server = SipServer(ACCOUNTS, lambda told: None)
        self.server.connection_made(self)  # type: ignore[arg-type]

    def get_extra_info(self, name: str) -> tuple[str, int]:
        return "127.0.0.1", 5060

    def sendto(self, data: bytes, address: tuple[str, int]) -> None:
        self.sent.append((Message.parse(data), address))

    def asks(self, method: str, user: str, target: str, *headers: str, to: str = "") -> None:
        place = {"10001": CALLER, "10002": PHONE}[user]
        lines = [
            f"{method} {target} SIP/2.0",
            f"Via: SIP/2.0/UDP {place[0]}:{place[1]};branch=z9hG4bKone;rport",
            f"From: <sip:{user}@a.test>;tag=1",
            f"To: {to or f'<{target}>'}",
            "Call-ID: c",
            f"CSeq: 1 {method}",
            *headers,
        ]
        self.server.datagram_received("\r\n".join([*lines, "", ""]).encode(), place)

    def asks_with_password(self, method: str, user: str, target: str, *headers: str) -> None:
        to = f"<sip:{user}@a.test>" if method == "REGISTER" else ""
        self.asks(method, user, target, *headers, to=to)
        challenge, _address = self.sent.pop()
        name = "Proxy-Authorization" if method == "INVITE" else "Authorization"
        asked = challenge.get("proxy-authenticate") or challenge.get("www-authenticate")
        fields = dict(re.findall(r'(\w+)="([^"]*)"', asked))
        password = ACCOUNTS[Account(user, "a.test")].password
        first = _md5(f"{user}:a.test:{password}")
        right = _md5(f"{first}:{fields['nonce']}:{_md5(f'{method}:{target}')}")
        given = {**fields, "username": user, "uri": target, "response": right}
        digest = ", ".join(f'{key}="{value}"' for key, value in given.items() if key != "qop")
        self.asks(method, user, target, *headers, f"{name}: Digest {digest}", to=to)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


@pytest.fixture
def wire() -> Wire:
    """The phone has registered, and an INVITE has come to it."""
    made = Wire()
    place = f"Contact: <sip:10002@{PHONE[0]}:{PHONE[1]}>"
    made.asks_with_password("REGISTER", "10002", "sip:a.test", place)
    made.asks_with_password("INVITE", "10001", "sip:10002@a.test")
    return made


def test_the_cancel_and_the_ack_take_the_way_of_their_invite(wire):
    invite, address = wire.sent[-1]
    assert (invite.method, address) == ("INVITE", PHONE)
    wire.asks("CANCEL", "10001", "sip:10002@a.test")
    wire.asks("ACK", "10001", "sip:10002@a.test", to="<sip:10002@a.test>;tag=phone")
    for method, (request, there) in zip(["CANCEL", "ACK"], wire.sent[-2:], strict=True):
        assert (request.method, there) == (method, PHONE)
        assert request.target == invite.target
        assert request.get("via") == invite.get("via")  # so the phone knows the transaction


def test_a_cancel_that_comes_with_the_invite_ends_the_ringing():
    """The stack may tell of both before the phone's task has had its first turn."""
    told: list[dict[str, Any]] = []
    listeners: list[Any] = []
    call = SimpleNamespace(peer="sip:10001@a.test", on=listeners.append)

    async def rings() -> None:
        phone = Phone(Line("10002", "a.test", "second", ""), Manner(answers=False), told.append)
        phone._ring(call)
        for listener in listeners:
            listener(SimpleNamespace(event=baresip.Event.CALL_CLOSED))
        while len(told) < 2:
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(rings(), 2))
    assert [line["call"] for line in told] == ["rings", "ended"]
