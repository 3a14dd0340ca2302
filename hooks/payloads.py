"""What WCS posts, parsed once into something bounded; everything behind it may assume."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import orjson

from hooks.methods import Method

MAX_BYTES = 256 * 1024  # a call carries a whole SDP, with video more than 10 KB
# Commas and brackets, those within texts included: counting them costs microseconds, and parsing
# a body that has no more of them costs less than 2 ms. A call of a browser has about 300.
MAX_VALUES = 2_000
MAX_DEPTH = 32
JSON = Any  # what a JSON parser gives


class Malformed(ValueError):
    """The body is not what WCS sends; the message names the field."""


# The longest text of a field, in bytes: some are keys of an index. MAX_BYTES bounds the others.
_LONGEST = {
    "nodeId": 255,
    "appKey": 255,
    "sessionId": 512,
    "callId": 255,
    "callee": 512,
    "origin": 2048,
    "status": 64,
    "dtmf": 64,
    "mediaSessionId": 255,
    "name": 512,
    "operationId": 64,
}
_TEXTS = {
    *_LONGEST,
    *("caller", "visibleName", "sdp", "sipSDP", "mediaProvider"),
    *("sipMessageRaw", "info", "target", "parentCallId", "authToken", "rtmpUrl", "rtmpStream"),
    *("sipLogin", "sipAuthenticationName", "sipPassword", "sipDomain", "sipOutboundProxy"),
    *("sipProxy", "sipVisibleName", "sipContactParams"),
}
_FLAGS = {
    *("incoming", "hasAudio", "hasVideo", "isMsrp", "holdForTransfer", "keepAlive"),
    *("sipRegisterRequired", "published", "useProxy", "useWsTunnel", "useWsTunnelPacketization2"),
    *("useBase64BinaryEncoding", "useSelfSigned"),
}
_NULL = type(None)
_CONTAINERS = {dict, list}
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXTS, (str, _NULL)),
    **dict.fromkeys(_FLAGS, (bool, _NULL)),
    "inviteParameters": (dict, str, _NULL),  # our answer sets it to null
    "mediaProviders": (list, _NULL),
    "sipStatus": (int, _NULL),
    "sipPort": (int, str, _NULL),  # the vendor's article sends text, its sample a number
    "custom": (dict, list, str, int, float, bool, _NULL),
}
CHECKED_FIELDS = frozenset(_TYPES)
_NAMES = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "a list",
    dict: "an object",
    float: "a number",
}


@dataclass(frozen=True, slots=True)
class Payload:
    fields: dict[str, JSON]
    digest: str = field(repr=False)

    def __getitem__(self, name: str) -> JSON:
        return self.fields.get(name)

    def text(self, name: str) -> str:
        """Empty where WCS sent nothing or null."""
        return self.fields.get(name) or ""


def parse(body: bytes) -> Payload:
    """Raises Malformed."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MAX_VALUES:
        raise Malformed("too many values")
    try:
        fields = orjson.loads(body)
    except ValueError as error:
        raise Malformed("not JSON") from error
    if not isinstance(fields, dict):
        raise Malformed("not a JSON object")

    if _count_keys(fields, MAX_DEPTH) != _count_written_keys(body):
        raise Malformed("a key twice in one object")
    if b"\\u0000" in body and _holds_nul(fields):  # PostgreSQL takes no NUL
        raise Malformed("a NUL in a text")
    for name, value in fields.items():
        if name in _TYPES:
            _check_field(name, value)
    return Payload(fields, hashlib.blake2b(body, digest_size=16).hexdigest())


def check_shape(payload: Payload, method: Method) -> None:
    """The signature covers no method, so a body must look like its own. Raises Malformed."""
    for name in method.requires:
        if not payload[name]:
            raise Malformed(f"{name}: missing")
    for name in method.forbids:
        if payload[name] is not None:
            raise Malformed(f"{name}: not in a {method.name}")


def _check_field(name: str, value: JSON) -> None:
    types = _TYPES[name]
    if not _is_one_of(value, types):
        wanted = " or ".join(_NAMES[type_] for type_ in types if type_ is not _NULL)
        raise Malformed(f"{name}: not {wanted}")
    if name in _LONGEST and isinstance(value, str) and len(value.encode()) > _LONGEST[name]:
        raise Malformed(f"{name}: longer than {_LONGEST[name]} bytes")


def _is_one_of(value: JSON, types: tuple[type, ...]) -> bool:
    if isinstance(value, bool):  # to Python True is an int, to JSON it is not
        return bool in types
    if isinstance(value, float) and value.is_integer() and int in types:
        return True  # an int of more than 64 bits
    return isinstance(value, types)


def _count_keys(value: JSON, depth: int) -> int:
    """The keys of all objects. Raises Malformed where they are nested too deeply."""
    if not isinstance(value, dict | list):
        return 0
    if not depth:
        raise Malformed("nested too deeply")
    items = value.values() if isinstance(value, dict) else value
    nested = sum(_count_keys(item, depth - 1) for item in items if type(item) in _CONTAINERS)
    return nested + (len(value) if isinstance(value, dict) else 0)


def _count_written_keys(body: bytes) -> int:
    """The colons of a JSON document that stand outside its texts: one for each key."""
    without_escapes = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(without_escapes.split(b'"')[::2]).count(b":")


def _holds_nul(value: JSON) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_holds_nul, value))
