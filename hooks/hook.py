"""One POST from WCS that is authenticated and parsed; it does not change afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hooks.facts import Instance
from hooks.methods import Kind, Method
from hooks.payloads import Payload
from tenants.origins import BadOrigin, Origin
from tenants.origins import parse as parse_origin


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
    # As it was known when the signature was checked. A hook from the spool has neither: it was
    # checked when it arrived.
    instance: Instance | None = field(default=None, repr=False)
    proof: Proof | None = field(default=None, repr=False)

    @property
    def origin(self) -> Origin | None:
        """In its normal form; None where the hook names none that a browser sends."""
        try:
            return parse_origin(self.payload.text("origin"))
        except BadOrigin:
            return None

    def question(self, number: int) -> dict[str, Any]:
        """Its row of the statement that reads the facts."""
        question: dict[str, Any] = {
            "n": number,
            "key": self.key,
            "node": self.payload.text("nodeId"),
            "wcs_session": self.payload.text("sessionId"),
        }
        if self.method.kind is Kind.CONNECT:
            origin = self.origin
            covering = (origin, *origin.parents()) if origin else ()
            return question | {
                "digest": self.payload.digest,
                "origins": " ".join(map(str, covering)),
            }
        question["wcs_call"] = self.payload.text("callId")
        if self.method.name == "call":
            question["alias"] = self.payload.text("callee")
        return question
