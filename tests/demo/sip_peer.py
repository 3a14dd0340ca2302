"""A SIP server and its phones in one thread.

It asks for the password, answers by the number that is dialled, and echoes the voice.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import socket
import threading
import time

LOGIN, PASSWORD, DOMAIN = "10001", "sip-pässword-of-the-tenant", "sip.acme.test"
ECHO, RINGING, BUSY = "10002", "10003", "10004"  # whoever else is called is not known
_TAG = "peer"


class SipPeer:
    def __init__(self) -> None:
        self.requests: list[
            tuple[str, str]
        ] = []  # method and URI, of those with the right password; and final answers
        self.invites: list[str] = []  # of those, as they came
        self._sip, self._voice = _bound(), _bound()
        self.port = self._sip.getsockname()[1]
        self._nonce = secrets.token_hex(8)
        self._calls: dict[
            str, tuple[str, tuple[str, int]]
        ] = {}  # by Call-ID: the INVITE, and where it came from
        for work in (self._serve, self._echo):
            threading.Thread(target=work, daemon=True).start()

    @property
    def account(self) -> dict[str, object]:
        """As the connect hook answers it."""
        names = {
            "sipLogin": LOGIN,
            "sipAuthenticationName": LOGIN,
            "sipPassword": PASSWORD,
            "sipDomain": DOMAIN,
        }
        return {
            **names,
            "sipOutboundProxy": "127.0.0.1",
            "sipPort": self.port,
            "sipRegisterRequired": False,
        }

    def expect(self, method: str, uri: str = "", times: int = 1) -> None:
        deadline = time.monotonic() + 10
        while [asked == method and uri in target for asked, target in self.requests].count(
            True
        ) < times:
            assert time.monotonic() < deadline, f"no {method} {uri}, but {self.requests}"
            time.sleep(0.01)

    def hang_up(self) -> None:
        """The phone that was called last ends the call."""
        invite, place = list(self._calls.values())[-1]
        me, caller = f"{_header(invite, 'To')};tag={_TAG}", _header(invite, "From")
        self._ask("BYE", _contact_of(invite), place, me, caller, _header(invite, "Call-ID"))

    def ring_visitor(self) -> None:
        """Calls whoever registered last."""
        contact, place = self._contact
        mine = f"Contact: <sip:{ECHO}@127.0.0.1:{self.port}>"
        me = f"<sip:{ECHO}@{DOMAIN}>;tag={_TAG}"
        self._ask(
            "INVITE",
            contact,
            place,
            me,
            f"<sip:{LOGIN}@{DOMAIN}>",
            secrets.token_hex(8),
            mine,
            sdp=self._sdp,
        )

    def _ask(
        self,
        method: str,
        uri: str,
        place: tuple[str, int],
        me: str,
        to: str,
        call: str,
        *headers: str,
        sdp: str = "",
    ) -> None:
        branch = f"z9hG4bK{secrets.token_hex(4)}"
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch={branch}",
            "Max-Forwards: 70",
        ]
        lines += [f"From: {me}", f"To: {to}", f"Call-ID: {call}", f"CSeq: 1 {method}", *headers]
        self._send([*lines, *(["Content-Type: application/sdp"] if sdp else [])], sdp, place)

    def _send(self, lines: list[str], sdp: str, place: tuple[str, int]) -> None:
        self._sip.sendto(
            "\r\n".join([*lines, f"Content-Length: {len(sdp)}", "", sdp]).encode(), place
        )

    def close(self) -> None:
        for open_socket in (self._sip, self._voice):
            open_socket.close()

    def _serve(self) -> None:
        for data, place in _received(self._sip):
            if data.startswith(b"SIP/2.0"):
                _, status, reason = data.decode().splitlines()[0].split(" ", 2)
                self.requests.append((status, reason))
            elif data.strip():
                self._answer(data.decode(), place)

    def _echo(self) -> None:
        for data, place in _received(self._voice):
            self._voice.sendto(data, place)

    def _answer(self, request: str, place: tuple[str, int]) -> None:
        method, uri = request.split(" ", 2)[:2]
        if method in ("REGISTER", "INVITE") and not self._knows(request, method):
            name = "WWW" if method == "REGISTER" else "Proxy"
            challenge = (
                f'{name}-Authenticate: Digest realm="{DOMAIN}", nonce="{self._nonce}", '
                "algorithm=MD5"
            )
            status = "401 Unauthorized" if name == "WWW" else "407 Proxy Authentication Required"
            self._reply(request, place, status, challenge)
            return
        self.requests.append((method, _header(request, "Refer-To") if method == "REFER" else uri))
        if method == "REGISTER":
            self._contact = _contact_of(request), place
        if method == "INVITE":
            self.invites.append(request)
            self._ring(request, uri, place)
        elif method == "CANCEL":
            self._reply(request, place, "200 OK")
            self._reply(
                self._calls[_header(request, "Call-ID")][0], place, "487 Request Terminated"
            )
        elif method != "ACK":
            self._reply(
                request, place, "200 OK", *(["Expires: 60"] if method == "REGISTER" else [])
            )

    def _ring(self, request: str, uri: str, place: tuple[str, int]) -> None:
        self._calls[_header(request, "Call-ID")] = request, place
        user = uri.partition(":")[2].partition("@")[0]
        if user in (ECHO, RINGING):
            self._reply(request, place, "180 Ringing")
        if user == ECHO:
            self._reply(
                request,
                place,
                "200 OK",
                f"Contact: <sip:{user}@127.0.0.1:{self.port}>",
                sdp=self._sdp,
            )
        if user == BUSY:
            self._reply(request, place, "486 Busy Here")
        if user not in (ECHO, RINGING, BUSY):
            self._reply(request, place, "404 Not Found")

    @property
    def _sdp(self) -> str:
        port = self._voice.getsockname()[1]
        lines = [
            "v=0",
            "o=- 1 1 IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {port} RTP/AVP 0",
        ]
        return "\r\n".join([*lines, "a=rtpmap:0 PCMU/8000", "a=sendrecv", ""])

    def _knows(self, request: str, method: str) -> bool:
        given = re.search(r"(?:Proxy-)?Authorization: Digest (.*)", request)
        if not given:
            return False
        fields = dict(re.findall(r'(\w+)="?([^",\r]+)"?', given[1]))
        first = _md5(f"{fields['username']}:{DOMAIN}:{PASSWORD}")
        return fields["response"] == _md5(
            f"{first}:{self._nonce}:{_md5(method + ':' + fields['uri'])}"
        )

    def _reply(
        self, request: str, place: tuple[str, int], status: str, *headers: str, sdp: str = ""
    ) -> None:
        to = _header(request, "To")
        lines = [
            f"SIP/2.0 {status}",
            f"Via: {_header(request, 'Via')}",
            f"From: {_header(request, 'From')}",
        ]
        lines += [
            f"To: {to}" if "tag=" in to else f"To: {to};tag={_TAG}",
            f"Call-ID: {_header(request, 'Call-ID')}",
        ]
        lines += [
            f"CSeq: {_header(request, 'CSeq')}",
            *headers,
            *(["Content-Type: application/sdp"] if sdp else []),
        ]
        self._send(lines, sdp, place)


def _bound() -> socket.socket:
    bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind(("127.0.0.1", 0))
    bound.settimeout(0.2)
    return bound


def _received(open_socket: socket.socket):
    """To the end of the socket."""
    while open_socket.fileno() >= 0:
        try:
            yield open_socket.recvfrom(65535)
        except TimeoutError:
            continue
        except OSError:
            return


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: (.*?)\r$", message, re.MULTILINE)
    assert found, f"no {name} in {message}"
    return found[1]


def _contact_of(request: str) -> str:
    found = re.search(r"<([^>]+)>", _header(request, "Contact"))
    assert found
    return found[1]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
