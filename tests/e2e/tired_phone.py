"""A phone that rings for a while and gives up with 480; the other phones' stack cannot."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from typing import Any

from clickhook.demo.sip.message import Message
from tests.e2e.phones import Kind

RINGS = 1.0  # seconds
_TAG = "tired"


class TiredPhone:
    def __init__(self, kind: Kind, port: int) -> None:
        self.lines: list[dict[str, Any]] = []
        self._kind, self._server = kind, ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(10)
        self._place = "{}:{}".format(*self._socket.getsockname())
        self._register()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def rang(self, since: int = 0) -> int:
        return len(self.lines[since:])

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _register(self) -> None:
        self._send(self._registration(1))
        fields = dict(
            re.findall(
                r'(\w+)="([^"]*)"', Message.parse(self._socket.recv(65535)).get("www-authenticate")
            )
        )
        uri, name = f"sip:{self._kind.domain}", self._kind.user
        first = _md5(f"{name}:{fields['realm']}:{self._kind.password}")
        right = _md5(f"{first}:{fields['nonce']}:{_md5(f'REGISTER:{uri}')}")
        given = {
            "username": name,
            "realm": fields["realm"],
            "nonce": fields["nonce"],
            "uri": uri,
            "response": right,
        }
        digest = ", ".join(f'{name}="{value}"' for name, value in given.items())
        self._send(self._registration(2, ("authorization", f"Digest {digest}")))
        assert b" 200 " in self._socket.recv(65535).partition(b"\r\n")[0]

    def _registration(self, number: int, *more: tuple[str, str]) -> Message:
        me = f"<sip:{self._kind.user}@{self._kind.domain}>"
        via = f"SIP/2.0/UDP {self._place};branch=z9hG4bKtired{number};rport"
        headers = [
            ("via", via),
            ("from", f"{me};tag=1"),
            ("to", me),
            ("call-id", f"tired-{self._place}"),
        ]
        headers += [
            ("cseq", f"{number} REGISTER"),
            ("contact", f"<sip:{self._kind.user}@{self._place}>"),
            ("expires", "3600"),
        ]
        return Message(
            f"REGISTER sip:{self._kind.domain} SIP/2.0", [*headers, ("max-forwards", "70"), *more]
        )

    def _serve(self) -> None:
        self._socket.settimeout(None)
        while datagram := self._socket.recv(65535):
            request = Message.parse(datagram)
            if request.method == "INVITE":
                self._ring(request)

    def _ring(self, invite: Message) -> None:
        self.lines.append({"call": "rings", "from": invite.get("from")})
        self._send(invite.answer(180, "Ringing", _TAG))
        threading.Timer(
            RINGS, self._send, [invite.answer(480, "Temporarily Unavailable", _TAG)]
        ).start()

    def _send(self, message: Message) -> None:
        self._socket.sendto(bytes(message), self._server)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
