"""The claims of a ticket, read within bounds before its signature is looked at."""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any, NamedTuple

import orjson

LONGEST = 2048  # characters of a ticket; a longer one is not decoded
LONGEST_ORIGIN = 270  # characters
LONGEST_SUBJECT = LONGEST_JTI = 128  # characters
LONGEST_LABEL = 100  # characters
MOST_CONTEXT = 5  # values
LONGEST_CONTEXT = 100  # characters of a value

_KID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
ALIAS = re.compile(r"[a-z][a-z0-9_-]{0,62}", re.ASCII)
# And halves of surrogate pairs, which no text of the database holds.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Malformed(ValueError):
    """The text is not a ticket; the message names the part."""


class Claims(NamedTuple):
    kid: str
    origin: str
    alias: str  # empty: any callee
    jti: str
    iat: float
    exp: float
    sub: str  # empty: the ticket names no visitor
    display: str  # of the gateway's own tickets: the short form of the visitor's address
    label: str
    context: tuple[str, ...]
    publish: str = ""  # alias of a stream; empty: no right to publish
    play: str = ""


class StreamRights(NamedTuple):
    """The aliases of the streams that a connection may publish and play; empty: none."""

    publish: str = ""
    play: str = ""


def parse_claims(text: str) -> Claims:
    """Raises Malformed."""
    if len(text) > LONGEST or not text.isascii():
        raise Malformed("it is longer than 2 KiB, or holds other characters than a JWT")
    header, payload = _decode_parts(text)

    kid = header.get("kid")
    if header.get("alg") != "HS256" or not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise Malformed("its header is not HS256 with the id of a ticket key")
    rights = read_rights(payload)
    alias = _read_alias(payload, rights)
    return Claims(
        kid=kid,
        origin=read_text(payload, "origin", LONGEST_ORIGIN, required=True),
        alias=alias,
        jti=read_text(payload, "jti", LONGEST_JTI, required=True),
        iat=read_time(payload, "iat"),
        exp=read_time(payload, "exp"),
        sub=read_text(payload, "sub", LONGEST_SUBJECT),
        display=read_text(payload, "display", LONGEST_SUBJECT),
        label=read_text(payload, "label", LONGEST_LABEL),
        context=_read_context(payload),
        publish=rights.publish,
        play=rights.play,
    )


def read_rights(payload: dict[str, Any]) -> StreamRights:
    """Raises Malformed."""
    aliases = {name: payload.get(name, "") for name in StreamRights._fields}
    for name, alias in aliases.items():
        if not isinstance(alias, str) or (name in payload and not ALIAS.fullmatch(alias)):
            raise Malformed(name)
    return StreamRights(**aliases)


def _read_alias(payload: dict[str, Any], rights: StreamRights) -> str:
    """A ticket is for calls or for streams: what opens one must never open the other."""
    if any(rights):
        if "alias" in payload:
            raise Malformed("alias beside a stream")
        return ""
    alias = payload.get("alias")
    if not isinstance(alias, str) or (alias and not ALIAS.fullmatch(alias)):
        raise Malformed("alias")
    return alias


def _decode_parts(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    parts = text.split(".")
    if len(parts) != 3 or not all(parts):
        raise Malformed("it does not have three parts")
    header, payload = (_decode_object(part) for part in parts[:2])
    return header, payload


def _decode_object(part: str) -> dict[str, Any]:
    try:
        decoded = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        value = orjson.loads(decoded)
    except (binascii.Error, ValueError) as error:
        raise Malformed("a part is not JSON in base64url") from error
    if not isinstance(value, dict):
        raise Malformed("a part is not an object")
    return value


def read_text(payload: dict[str, Any], name: str, longest: int, required: bool = False) -> str:
    """Raises Malformed."""
    text = payload.get(name, "")
    is_sound = isinstance(text, str) and len(text) <= longest and not _CONTROL.search(text)
    if not is_sound or (required and not text):
        raise Malformed(name)
    return str(text)


def read_time(payload: dict[str, Any], name: str) -> float:
    """Seconds since 1970. Raises Malformed."""
    value = payload.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Malformed(name)
    try:
        seconds = float(value)
    except OverflowError:
        raise Malformed(name) from None
    if not math.isfinite(seconds):
        raise Malformed(name)
    return seconds


def _read_context(payload: dict[str, Any]) -> tuple[str, ...]:
    values = payload.get("context", [])
    if not isinstance(values, list) or len(values) > MOST_CONTEXT:
        raise Malformed("context")
    return tuple(read_text({"context": one}, "context", LONGEST_CONTEXT) for one in values)
