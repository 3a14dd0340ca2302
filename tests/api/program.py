"""A customer's program that uses the API over HTTP."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tenants.models import ApiKey
from tests.wcs import Answer

ROOT = "/api/v1"


@dataclass
class Program:
    port: int
    key: str = ""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A header's name is written with underscores; `...` leaves one out."""
        given = {"Authorization": f"Bearer {self.key}", **_named(headers)}
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {name: value for name, value in given.items() if value is not ...}
            asking.request(method, path if path.startswith("/api") else ROOT + path, content, sent)
            answer = asking.getresponse()
            headers = {name.title(): value for name, value in answer.headers.items()}
            return Answer(answer.status, answer.read(), headers)
        finally:
            asking.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, If_Match: str = "*", **headers: str) -> Answer:
        return self.send("PATCH", path, body, If_Match=If_Match, **headers)

    def delete(self, path: str, If_Match: str = "*", **headers: str) -> Answer:
        return self.send("DELETE", path, If_Match=If_Match, **headers)


def issue(tenant=None, *scopes: str, name: str = "crm", **more: Any) -> tuple[ApiKey, str]:
    with transaction.atomic():
        return ApiKey(tenant=tenant, name=name, scopes=[*scopes] or ["write"], **more).issue()


def kind_of(answer: Answer) -> str:
    """Of a refusal, which is told as RFC 9457 has it."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == answer.status
    assert problem["title"]
    return problem["type"].partition("#")[2]


def errors_of(answer: Answer) -> dict[str, str]:
    return {error["pointer"]: error["detail"] for error in answer.json["errors"]}


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
