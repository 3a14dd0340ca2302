"""Posts hooks as a WCS does: signed, from the payload files, on a kept connection."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import uuid
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PAYLOADS = Path(__file__).parent / "payloads"
NODE = "Hw47CFMBEchVOpBMDr29IxjudnJ1sjOY@192.168.1.101"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_neutral_refusal(self) -> bool:
        """Of a call, a stream or a message."""
        told = [
            {"status": 403, "reason": f"{what} are not available here"}
            for what in ("Calls", "Streams", "Messages")
        ]
        return self.status == 403 and self.json in told


@cache
def _file(name: str) -> str:
    return (PAYLOADS / f"{name}.json").read_text()


def payload(name: str, /, **changes: Any) -> dict[str, Any]:
    """The payload file, changed; a value of `...` removes the field."""
    changed = {**json.loads(_file(name)), **changes}
    return {key: value for key, value in changed.items() if value is not ...}


def sign(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.md5).hexdigest()


@dataclass
class Wcs:
    """A media server: `wcs.post("connect", origin="…")` posts payloads/connect.json so changed."""

    port: int
    key: str
    secret: str | None
    session: str = field(default_factory=lambda: str(uuid.uuid4()))
    node: str = NODE

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def post(self, method: str, file: str | None = None, **changes: Any) -> Answer:
        context = {"sessionId": self.session, "nodeId": self.node}
        return self.send(
            method, json.dumps(payload(file or method, **(context | changes))).encode()
        )

    def send(self, method: str, body: bytes, **headers: str) -> Answer:
        """The bytes as they are, signed if this WCS signs; `Authorization=…` wins."""
        signed = {"Authorization": f"WCS {sign(self.secret, body)}"} if self.secret else {}
        everything = {"Content-Type": "application/json;charset=UTF-8"} | signed | headers
        return self.request("POST", f"/hooks/{self.key}/{method}", body, everything)

    def request(
        self, verb: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        self._connection.request(verb, path, body, headers or {})
        response = self._connection.getresponse()
        return Answer(
            response.status,
            response.read(),
            {key.lower(): value for key, value in response.getheaders()},
        )

    def connected(self, **changes: Any) -> Wcs:
        assert self.post("connect", **changes).status == 200
        return self

    def close(self) -> None:
        self._connection.close()
