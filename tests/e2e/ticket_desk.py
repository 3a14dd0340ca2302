"""Tickets for a visitor without a browser: the challenge, the work, the ticket."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import altcha.v2 as altcha


class TicketDesk:
    def __init__(self, gateway_port: int, public_key: str, origin: str) -> None:
        self._url = f"http://127.0.0.1:{gateway_port}/tickets/{public_key}"
        self._origin = origin

    def take(self, alias: str | None) -> str:
        given = altcha.Challenge.from_dict(self._ask()["challenge"])
        solution = altcha.solve_challenge(given)
        assert solution
        solved = altcha.Payload(given, solution).to_dict()
        return str(self._ask({**solved, "alias": alias})["ticket"])

    def _ask(self, fields: dict[str, Any] | None = None) -> Any:
        body = None if fields is None else json.dumps(fields).encode()
        asked = urllib.request.Request(self._url, body, {"Origin": self._origin})
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)
