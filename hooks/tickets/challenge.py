"""The proof of work before a ticket: it costs a visitor a moment, and a flood of tickets dear.

A challenge is made without any work, and checked in two steps: `open_solution` looks at signature
and expiry, then the caller marks it as spent, and only then `is_solved` repeats the work.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from altcha.v2 import Payload, create_challenge, verify_solution

from hooks.tickets.gateway_key import challenge_secret

ALGORITHM = "PBKDF2/SHA-256"
COST = 1_000  # iterations of one attempt
PREFIX = "0"  # in hex: of 16 attempts, one succeeds on average
LIFE = 300  # seconds


class Solved(NamedTuple):
    """A solution whose challenge is one of ours, and has not expired."""

    payload: Payload
    nonce: str
    expires_at: int  # seconds since 1970
    purpose: dict[str, Any]


class _NotYet(Exception):
    """The work would be repeated now: everything before it holds."""


def make_challenge(purpose: dict[str, Any]) -> dict[str, Any]:
    """`purpose` is signed with it, so that a solution serves for nothing else."""
    return create_challenge(
        ALGORITHM,
        COST,
        key_prefix=PREFIX,
        expires_at=int(time.time()) + LIFE,
        data=purpose,
        hmac_secret=challenge_secret(),
    ).to_dict()


def open_solution(given: Any) -> Solved | None:
    """None where it is malformed, not signed by us, or has expired."""
    try:
        payload = Payload.from_dict(given)
        verify_solution(payload, challenge_secret(), _wait_with_work)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    except _NotYet:
        signed = payload.challenge.parameters
        return Solved(payload, signed.nonce, signed.expires_at or 0, signed.data or {})
    return None


def is_solved(solved: Solved) -> bool:
    """Takes a millisecond of a processor."""
    return verify_solution(solved.payload, challenge_secret()).verified


def _wait_with_work(*arguments: Any) -> bytes:
    raise _NotYet
