"""Verifies a token of the tenant's own: HS256 with its secret, RS256 or EdDSA with its JWKS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import jwt
import orjson

from hooks.reasons import Reason
from hooks.tickets.claims import (
    LONGEST_SUBJECT,
    Malformed,
    StreamRights,
    read_rights,
    read_text,
    read_time,
)
from hooks.tickets.ticket import SKEW, UNCHECKED_CLAIMS

# Each kind of key has one algorithm, whatever the token names.
ALGORITHMS = {"RSA": "RS256", "OKP": "EdDSA"}


class Token(NamedTuple):
    sub: str
    rights: StreamRights = StreamRights()


class VerifyingKey(NamedTuple):
    kid: str  # empty: for tokens that name no key
    algorithm: str
    key: Any


def read_token(text: str, secret: str, jwks: str, origin: str, now: datetime) -> Token | Reason:
    """`jwks` is the document as JSON text; either may be empty."""
    claims = _verify(text, secret, jwks)
    if isinstance(claims, Reason):
        return claims

    try:
        token = Token(read_text(claims, "sub", LONGEST_SUBJECT, required=True), read_rights(claims))
        expiry, audience = read_time(claims, "exp"), claims.get("aud")
    except Malformed:
        return Reason.TOKEN_INVALID
    if now.timestamp() > expiry + SKEW:
        return Reason.TOKEN_EXPIRED
    if audience != origin and not (isinstance(audience, list) and origin in audience):
        return Reason.TOKEN_ORIGIN
    return token


def _verify(text: str, secret: str, jwks: str) -> dict[str, Any] | Reason:
    try:
        header = jwt.get_unverified_header(text)
    except (jwt.PyJWTError, ValueError, RecursionError):
        return Reason.TOKEN_INVALID

    keys = list(_fitting_keys(header, secret, jwks))
    for key in keys:
        try:
            return jwt.decode(text, key.key, algorithms=[key.algorithm], options=UNCHECKED_CLAIMS)
        except (jwt.PyJWTError, ValueError, RecursionError):
            continue
    return Reason.TOKEN_INVALID if keys else Reason.TOKEN_KEY_UNKNOWN


def _fitting_keys(header: dict[str, Any], secret: str, jwks: str) -> Iterator[VerifyingKey]:
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm == "HS256" and secret:
        yield VerifyingKey("", algorithm, secret)
    for key in _parse_jwks(jwks) if jwks else ():
        if key.algorithm == algorithm and (kid is None or key.kid == kid):
            yield key


@lru_cache(maxsize=1_000)
def _parse_jwks(text: str) -> tuple[VerifyingKey, ...]:
    """The document was checked before it was stored."""
    keys = orjson.loads(text)["keys"]
    return tuple(
        VerifyingKey(
            key.get("kid") or "",
            ALGORITHMS[key["kty"]],
            jwt.PyJWK(key, algorithm=ALGORITHMS[key["kty"]]).key,
        )
        for key in keys
    )
