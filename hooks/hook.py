"""One POST from WCS that is authenticated and parsed; it does not change afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hooks.facts import Instance
from hooks.methods import Kind, Method
from hooks.payloads import Payload
from tenants import origins
from tenants.origins import Origin


class Proof(NamedTuple):
    """What a signature is checked with."""

    body: bytes
    header: str


@dataclass(frozen=True, slots=True, eq=False)
class Hook:
    id: str  # its event's row has it, so that recording the hook twice changes nothing
    key: str
    method: Method
    payload: Payload = field(repr=False)
    received_at: datetime
    origin: Origin | None = None  # of a connect, in its normal form
    # As it was known when the signature was checked. A hook from the spool has neither: it was
    # checked when it arrived.
    instance: Instance | None = field(default=None, repr=False)
    proof: Proof | None = field(default=None, repr=False)

    def question(self, number: int) -> dict[str, Any]:
        """Its row of the statement that reads the facts."""
        question: dict[str, Any] = {
            "n": number,
            "key": self.key,
            "node": self.payload.text("nodeId"),
            "wcs_session": self.payload.text("sessionId"),
        }
        if self.method.kind is Kind.CONNECT:
            covering = (self.origin, *self.origin.parents()) if self.origin else ()
            return question | {
                "digest": self.payload.digest,
                "origins": " ".join(map(str, covering)),
            }
        question["wcs_call"] = self.payload.text("callId")
        if self.method.name == "call":
            question["alias"] = self.payload.text("callee")
        if self.method.name == "sendDtmf":
            question["sends_tones"] = True
        return question


def parse_origin(payload: Payload, method: Method) -> Origin | None:
    """None where a connect names no origin that a browser sends, and for other methods."""
    if method.kind is not Kind.CONNECT:
        return None
    try:
        return origins.parse(payload.text("origin"))
    except origins.BadOrigin:
        return None
