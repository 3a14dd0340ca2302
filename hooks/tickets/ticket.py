"""Verifies a ticket: text, keys and time in, the ticket or a Reason out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import jwt

from hooks.reasons import Reason
from hooks.tickets.claims import Claims, Malformed, parse_claims

if TYPE_CHECKING:
    from jwt.types import Options

GATEWAY_KID = "gateway"  # of the tickets that the gateway itself gives to pages
LONGEST_LIFE = 120.0  # seconds
SKEW = 30.0  # seconds that the clock of a back end may be off
REPORTED_WITHIN = 4 * 3600.0  # seconds in which a page may report how the ticket's call was
# The claims are checked here: PyJWT would ask the system's clock.
UNCHECKED_CLAIMS: Options = {
    "verify_signature": True,
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Ticket(NamedTuple):
    """Its claims are true as far as the owner of the key is to be trusted."""

    claims: Claims

    @property
    def is_of_gateway(self) -> bool:
        return self.claims.kid == GATEWAY_KID

    @property
    def spent_until(self) -> float:
        """Seconds since 1970; afterwards it has expired, and need not be remembered."""
        return self.claims.exp + SKEW + (REPORTED_WITHIN if self.is_of_gateway else 0)


def read_ticket(text: str, keys: Mapping[str, str], now: datetime) -> Ticket | Reason:
    """`keys` are the secrets by the ids of their keys."""
    try:
        claims = parse_claims(text)
    except Malformed:
        return Reason.TICKET_MALFORMED
    if claims.kid not in keys:
        return Reason.TICKET_KEY_UNKNOWN

    try:
        jwt.decode(text, keys[claims.kid], algorithms=["HS256"], options=UNCHECKED_CLAIMS)
    except jwt.InvalidSignatureError:
        return Reason.TICKET_SIGNATURE
    except jwt.PyJWTError:
        return Reason.TICKET_MALFORMED
    return _check_times(claims, now.timestamp()) or Ticket(claims)


def _check_times(claims: Claims, now: float) -> Reason | None:
    if claims.exp - claims.iat > LONGEST_LIFE:
        return Reason.TICKET_TOO_LONG_LIVED
    if claims.exp < now - SKEW or claims.exp <= claims.iat:
        return Reason.TICKET_EXPIRED
    return Reason.TICKET_FUTURE if claims.iat > now + SKEW else None
