"""Where a visitor's page gets its tickets in a rehearsal: as the button does, over HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import urllib3
from altcha.v2 import Challenge, Payload, solve_challenge

TIMEOUT_SECONDS = 15.0
_LARGEST_ANSWER = 64 * 1024  # bytes
_DEAREST_ATTEMPT = 100_000  # iterations; a phone would take seconds for one


class NoTicket(Exception):
    """The page goes on without one; the message says why."""


@dataclass(frozen=True, slots=True)
class GivenTicket:
    text: str
    milliseconds: float  # challenge, work and ticket


class TicketDesk:
    def __init__(self, base: str, public_key: str, origin: str, callee: str | None) -> None:
        self._url = f"{base}/tickets/{public_key}"
        self._headers, self._callee = {"Origin": origin}, callee
        self._http = urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False)

    def take(self) -> GivenTicket:
        """Raises NoTicket."""
        started = time.perf_counter()
        query = urlencode({"alias": self._callee}) if self._callee else ""
        offer = self._ask("GET", f"?{query}")
        solved = _solve(offer.get("challenge"))
        given = self._ask("POST", "", {**solved, "alias": self._callee})
        if not isinstance(given.get("ticket"), str):
            raise NoTicket(f"The gateway says: {given.get('sentence') or 'nothing'}")
        return GivenTicket(given["ticket"], (time.perf_counter() - started) * 1000)

    def close(self) -> None:
        self._http.clear()

    def _ask(self, verb: str, query: str, fields: Any = None) -> dict[str, Any]:
        """Raises NoTicket."""
        body = None if fields is None else json.dumps(fields).encode()
        try:
            answer = self._http.request(
                verb, self._url + query, body=body, headers=self._headers, preload_content=False
            )
            content = answer.read(_LARGEST_ANSWER)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise NoTicket(f"{verb} of a ticket got no answer: {type(error).__name__}.") from error
        if answer.status != HTTPStatus.OK:
            raise NoTicket(f"{verb} of a ticket was answered with {answer.status}.")
        return _read_object(content)


def _read_object(content: bytes) -> dict[str, Any]:
    """Raises NoTicket."""
    try:
        read = json.loads(content)
    except ValueError as error:
        raise NoTicket("The answer is no JSON.") from error
    if not isinstance(read, dict):
        raise NoTicket("The answer is no JSON object.")
    return read


def _solve(given: Any) -> dict[str, Any]:
    """Raises NoTicket."""
    try:
        challenge = Challenge.from_dict(given)
        is_affordable = challenge.parameters.cost <= _DEAREST_ATTEMPT
        solution = is_affordable and solve_challenge(challenge, timeout=TIMEOUT_SECONDS)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoTicket("The challenge cannot be read.") from error
    if not solution:
        raise NoTicket("The work that the challenge asks for takes too long.")
    return dict(Payload(challenge, solution).to_dict())
