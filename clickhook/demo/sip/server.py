"""The registrar and the proxy: whose request is it, and where does it go?

Stateless: the endpoints repeat what is lost, and each branch is derived from the one before it, so
that a CANCEL or an ACK takes the way of its INVITE.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from clickhook.demo.sip import digest
from clickhook.demo.sip.message import Message, NoSip, Uri, parameter, uri

Address = tuple[str, int]
Observer = Callable[[dict[str, Any]], None]
LONGEST_REGISTRATION_SECONDS = 3600
_TAG = hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    domain: str  # also its realm

    def __str__(self) -> str:
        return f"{self.user}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Credentials:
    name: str  # of the digest; often the account's user
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    uri: str
    address: Address
    until: float  # of time.monotonic


class SipServer(asyncio.DatagramProtocol):
    """Callers call within their own domain; nothing is ever sent on to anywhere else."""

    def __init__(self, accounts: Mapping[Account, Credentials], observe: Observer) -> None:
        """`observe` gets each request outside a dialog: the caller, the callee and the outcome."""
        self._accounts, self._observe = accounts, observe
        self._contacts: dict[Account, Contact] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._host, self._port = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, address: Address) -> None:
        try:
            message = Message.parse(data)
            if message.is_response:
                self._send_back(message)
            else:
                self._request(message, address)
        except (NoSip, ValueError) as error:  # a ValueError: a port beyond 65535
            self._observe({"ignored": str(error)})

    # --- requests

    def _request(self, request: Message, address: Address) -> None:
        self._note_sender(request, address)
        hops = int(request.get("max-forwards") or 70)
        tag = parameter(request.get("to"), "tag")
        if request.method == "ACK" and tag == _TAG:
            return  # of our own refusal
        if request.method == "ACK" and self._is_account(request.target):
            self._forward_first(request, hops)  # of the phone's refusal: it takes its INVITE's way
        elif tag:
            self._forward_in_dialog(request, hops)
        elif request.method == "REGISTER":
            self._register(request, address)
        elif request.method in ("INVITE", "CANCEL", "ACK"):
            self._forward_first(request, hops)
        else:
            self._refuse(request, 405, "Method Not Allowed")

    def _is_account(self, target: str) -> bool:
        callee = uri(target)
        return Account(callee.user, callee.host) in self._accounts

    def _note_sender(self, request: Message, address: Address) -> None:
        """RFC 3581: the answer goes to where the request came from."""
        via = request.get("via")
        request.remove_first("via")
        request.put_first(
            "via", f"{via.replace(';rport', '')};received={address[0]};rport={address[1]}"
        )

    def _register(self, request: Message, address: Address) -> None:
        account = self._authenticate(
            request, "to", 401, "Unauthorized", "authorization", "www_authenticate"
        )
        if account is None:
            return
        contact = request.get("contact")
        seconds = int(
            parameter(contact, "expires") or request.get("expires") or LONGEST_REGISTRATION_SECONDS
        )
        if seconds and contact:
            until = time.monotonic() + min(seconds, LONGEST_REGISTRATION_SECONDS)
            self._contacts[account] = Contact(_bare(contact), address, until)
        else:
            self._contacts.pop(account, None)
        self._answer(request, 200, "OK", **({"contact": contact} if contact else {}))
        self._tell(request, "registered" if seconds else "unregistered")

    def _forward_first(self, request: Message, hops: int) -> None:
        if request.method == "INVITE":
            caller = self._authenticate(
                request,
                "from",
                407,
                "Proxy Authentication Required",
                "proxy-authorization",
                "proxy_authenticate",
            )
            if caller is None:
                return None
            if uri(request.target).host != caller.domain:
                return self._refuse(request, 403, "Forbidden")
        callee = uri(request.target)
        contact = self._contacts.get(Account(callee.user, callee.host))
        if contact is None or contact.until < time.monotonic():
            return self._refuse(request, 404, "Not Found")
        while request.get("route"):  # only ours, which the caller was told as its outbound proxy
            request.remove_first("route")
        if request.method == "INVITE":
            self._tell(request, "sent on")
            request.put_first("record-route", f"<sip:{self._host}:{self._port};lr>")
        request.first_line = f"{request.method} {contact.uri} SIP/2.0"
        return self._send_on(request, contact.address, hops)

    def _forward_in_dialog(self, request: Message, hops: int) -> None:
        while request.get("route") and _address(uri(request.get("route"))) == (
            self._host,
            self._port,
        ):
            request.remove_first("route")
        self._send_on(request, _address(uri(request.get("route") or request.target)), hops)

    def _send_on(self, request: Message, address: Address, hops: int) -> None:
        if hops <= 0 or address == (self._host, self._port):
            return self._refuse(request, 483, "Too Many Hops")
        if not _is_this_machine(address[0]):
            return self._refuse(request, 403, "Forbidden")
        request.headers = [
            header
            for header in request.headers
            if header[0] not in ("max-forwards", "proxy-authorization")
        ]
        request.headers.append(("max-forwards", str(hops - 1)))
        below = parameter(request.get("via"), "branch") or request.get("call-id")
        branch = hashlib.sha256(below.encode()).hexdigest()[:24]
        request.put_first("via", f"SIP/2.0/UDP {self._host}:{self._port};branch=z9hG4bK{branch}")
        self._transport.sendto(bytes(request), address)
        return None

    # --- authentication

    def _authenticate(
        self,
        request: Message,
        whose: str,
        status: int,
        words: str,
        credentials: str,
        challenge: str,
    ) -> Account | None:
        """The account that the request names, if the digest proves it; else answers, gives None."""
        claimed = uri(request.get(whose))
        account, given = Account(claimed.user, claimed.host), request.get(credentials)
        known = self._accounts.get(account)
        if known and digest.is_right(
            given, request.method, account.domain, known.name, known.password
        ):
            return account
        self._answer(request, status, words, **{challenge: digest.challenge(account.domain)})
        self._tell(request, "wrong credentials" if given else "challenged")
        return None

    # --- answers

    def _send_back(self, response: Message) -> None:
        if _address(_via(response.get("via"))) != (self._host, self._port):
            return  # not ours to send on
        response.remove_first("via")
        via = response.get("via")
        place = _via(via)
        port = parameter(via, "rport")
        self._transport.sendto(
            bytes(response), (parameter(via, "received") or place.host, int(port or place.port))
        )

    def _refuse(self, request: Message, status: int, words: str) -> None:
        if request.method != "ACK":
            self._answer(request, status, words)
            self._tell(request, f"{status}")

    def _answer(self, request: Message, status: int, words: str, **headers: str) -> None:
        via = request.get("via")
        answer = request.answer(status, words, _TAG, **headers)
        self._transport.sendto(
            bytes(answer), (parameter(via, "received"), int(parameter(via, "rport") or 5060))
        )

    def _tell(self, request: Message, outcome: str) -> None:
        asked = uri(request.get("to") if request.method == "REGISTER" else request.target)
        caller = uri(request.get("from"))
        headers = [
            header
            for header in request.headers
            if header[0] not in ("authorization", "proxy-authorization")
        ]
        told = {"method": request.method, "from": str(caller), "to": str(asked), "outcome": outcome}
        self._observe({**told, "headers": headers})


def _via(value: str) -> Uri:
    return uri("sip:" + value.partition(" ")[2].strip())


def _address(place: Uri) -> Address:
    return place.host, place.port


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _bare(contact: str) -> str:
    start, _, end = contact.partition("<")
    return end.partition(">")[0] if end else start.partition(";")[0].strip()
