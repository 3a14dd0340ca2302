"""One SIP message, as much of it as a proxy must understand (RFC 3261, sections 7 and 19.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "m": "contact",
    "i": "call-id",
    "l": "content-length",
}
_URI = re.compile(
    r"sips?:(?:(?P<user>[^@:;>\s]+)(?::[^@]*)?@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^:;>\s]+)(?::(?P<port>\d{1,5}))?"
)
_PARAMETER = re.compile(r';\s*(?P<name>[\w.-]+)(?:\s*=\s*(?P<value>"[^"]*"|[^;,\s>]+))?')


class NoSip(ValueError):
    """The datagram is no SIP message."""


@dataclass(frozen=True, slots=True)
class Uri:
    user: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host}"


@dataclass(slots=True)
class Message:
    first_line: str
    # Names are in lower case. Comma lists are split where a proxy has to tell their values apart.
    headers: list[tuple[str, str]]
    body: bytes = b""

    @classmethod
    def parse(cls, datagram: bytes) -> Message:
        """Raises NoSip."""
        head, _, body = datagram.partition(b"\r\n\r\n")
        first_line, *lines = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "replace")).split(
            "\r\n"
        )
        if "SIP/2.0" not in first_line:
            raise NoSip("no SIP/2.0 in the first line")
        message = cls(first_line, [header for line in lines for header in _header(line)], body)
        if not all(message.get(name) for name in ("via", "from", "to", "call-id", "cseq")):
            raise NoSip("a header that every message has is missing")
        return message

    def __bytes__(self) -> bytes:
        rest = [(name, value) for name, value in self.headers if name != "content-length"]
        lines = [
            self.first_line,
            *(f"{name}: {value}" for name, value in rest),
            f"content-length: {len(self.body)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode() + self.body

    @property
    def is_response(self) -> bool:
        return self.first_line.startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        return self.first_line.partition(" ")[0]

    @property
    def target(self) -> str:
        """The Request-URI. Raises NoSip."""
        parts = self.first_line.split(" ")
        if len(parts) != 3:
            raise NoSip("no Request-URI")
        return parts[1]

    def get(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def remove_first(self, name: str) -> None:
        self.headers.remove((name, self.get(name)))

    def put_first(self, name: str, value: str) -> None:
        self.headers.insert(0, (name, value))

    def answer(self, status: int, words: str, tag: str, **more: str) -> Message:
        """The response that this server itself gives to the request."""
        copied = [
            (name, value)
            for name, value in self.headers
            if name in ("via", "from", "call-id", "cseq")
        ]
        to = self.get("to") if parameter(self.get("to"), "tag") else f"{self.get('to')};tag={tag}"
        added = [(name.replace("_", "-"), value) for name, value in more.items()]
        return Message(f"SIP/2.0 {status} {words}", [*copied, ("to", to), *added])


def uri(text: str) -> Uri:
    """Of a header's value or a bare URI. Raises NoSip."""
    found = _URI.search(text)
    if found is None:
        raise NoSip("no SIP URI")
    return Uri(found["user"] or "", found["host"].lower(), int(found["port"] or 5060))


def parameter(value: str, name: str) -> str | None:
    """Outside the angle brackets of a header. Empty: without a value; None: missing."""
    outside = re.sub(r"<[^>]*>", "", value)
    return next(
        (
            found["value"] or ""
            for found in _PARAMETER.finditer(outside)
            if found["name"].lower() == name
        ),
        None,
    )


def _header(line: str) -> list[tuple[str, str]]:
    name, colon, value = line.partition(":")
    if not colon:
        raise NoSip("a line that is no header")
    name = name.strip().lower()
    name = _COMPACT.get(name, name)
    values = (
        re.split(r",(?=\s*(?:SIP|<))", value)
        if name in ("via", "route", "record-route")
        else [value]
    )
    return [(name, part.strip()) for part in values]
