"""A page of a tenant that asks the gateway for a ticket, from an address of its own."""

from __future__ import annotations

import json
from typing import Any

import altcha.v2 as altcha

from tests.wcs import Answer, Wcs

ORIGIN = "https://www.acme.example"
PROXIED = {"CLICKHOOK_TRUSTED_PROXIES": "1"}
addresses = iter(f"198.51.100.{number}" for number in range(1, 255))


class Page:
    def __init__(self, wcs: Wcs, public_key: object, address: str, origin: str = ORIGIN) -> None:
        self.wcs, self.path = wcs, f"/tickets/{public_key}"
        self.headers = {"X-Forwarded-For": address, "Origin": origin}

    def ask(self, verb: str = "GET", body: Any = None, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        return self.wcs.request(verb, self.path, raw, self.headers | headers)

    def solve(self) -> dict[str, Any]:
        answer = self.ask()
        assert answer.status == 200, answer.body
        given = altcha.Challenge.from_dict(answer.json["challenge"])
        solution = altcha.solve_challenge(given)
        assert solution
        return altcha.Payload(given, solution).to_dict()

    def ticket(self, alias: str | None = "sales") -> Answer:
        return self.ask("POST", {**self.solve(), "alias": alias})


def connect(wcs: Wcs, ticket: str, session: str = "one") -> Answer:
    return wcs.post("connect", sessionId=session, custom={"ticket": ticket})
