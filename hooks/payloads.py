"""What WCS posts, parsed once at the door into something bounded; everything behind it may assume."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 256 * 1024  # a call carries a whole SDP, with video more than 10 KB
MAX_DEPTH = 32
JSON = Any  # what json.loads gives


class Malformed(ValueError):
    """The body is not what WCS sends; the message names the field."""


# The longest text a field may be, in bytes: some are keys of an index. Other fields are bounded by MAX_BYTES alone.
_LONGEST = {
    "nodeId": 255,
    "appKey": 255,
    "sessionId": 512,
    "callId": 255,
    "callee": 512,
    "origin": 2048,
    "status": 64,
}
_TEXTS = {
    *_LONGEST,
    *(
        "caller",
        "visibleName",
        "inviteParameters",
        "sdp",
        "sipSDP",
        "mediaProvider",
        "sipMessageRaw",
        "info",
        "target",
    ),
    *(
        "parentCallId",
        "authToken",
        "sipLogin",
        "sipAuthenticationName",
        "sipPassword",
        "sipDomain",
        "sipOutboundProxy",
    ),
    *("sipProxy", "sipVisibleName", "sipContactParams", "rtmpUrl", "rtmpStream"),
}
_FLAGS = {
    *(
        "incoming",
        "hasAudio",
        "hasVideo",
        "isMsrp",
        "holdForTransfer",
        "keepAlive",
        "sipRegisterRequired",
    ),
    *(
        "useProxy",
        "useWsTunnel",
        "useWsTunnelPacketization2",
        "useBase64BinaryEncoding",
        "useSelfSigned",
    ),
}
_NULL = type(None)
_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXTS, (str, _NULL)),
    **dict.fromkeys(_FLAGS, (bool, _NULL)),
    "mediaProviders": (list, _NULL),
    "sipStatus": (int, _NULL),
    "sipPort": (int, str, _NULL),  # the vendor's article sends text, its sample a number
    "custom": (dict, list, str, int, float, bool, _NULL),
}
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
    try:
        fields = _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8") from error
    except RecursionError as error:
        raise Malformed("nested too deeply") from error
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed("not JSON") from error
    if not isinstance(fields, dict):
        raise Malformed("not a JSON object")
    _check_value(fields, MAX_DEPTH)
    for name, value in fields.items():
        if name in _TYPES:
            _check_field(name, value)
    return Payload(fields, hashlib.blake2b(body, digest_size=16).hexdigest())


def require(payload: Payload, *names: str) -> None:
    """Raises Malformed."""
    for name in names:
        if not payload[name]:
            raise Malformed(f"{name}: missing")


def _check_field(name: str, value: JSON) -> None:
    types = _TYPES[name]
    # To Python True is an int, to JSON it is not.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise Malformed(
            f"{name}: not {' or '.join(_NAMES[type_] for type_ in types if type_ is not _NULL)}"
        )
    if name in _LONGEST and isinstance(value, str) and len(value.encode()) > _LONGEST[name]:
        raise Malformed(f"{name}: longer than {_LONGEST[name]} bytes")


def _check_value(value: JSON, depth: int) -> None:
    """What JSON allows and PostgreSQL cannot hold: NUL, lone surrogates, infinity, bottomless nesting."""
    if isinstance(value, str):
        if "\0" in value or not (value.isascii() or _encodes(value)):
            raise Malformed("a NUL or a lone surrogate in a text")
    elif isinstance(value, dict | list):
        if not depth:
            raise Malformed("nested too deeply")
        for item in value.values() if isinstance(value, dict) else value:
            _check_value(item, depth - 1)
        for key in value if isinstance(value, dict) else ():
            _check_value(key, depth)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Malformed("a number out of range")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a key twice in one object")
    return fields


def _no_constant(name: str) -> JSON:
    raise Malformed(f"{name} is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant)
