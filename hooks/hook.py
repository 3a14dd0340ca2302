"""One POST from WCS that is authenticated and parsed; it does not change afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from hooks.facts import Instance
from hooks.messages.method import METHOD as MESSAGE
from hooks.methods import Kind, Method
from hooks.payloads import Payload
from hooks.streams.methods import ASKING
from hooks.tickets.admission import Connecting, LoginCheck, candidate_visitors
from hooks.tickets.credentials import NO_CREDENTIALS, Credentials
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
    credentials: Credentials = field(default=NO_CREDENTIALS, repr=False)
    login_check: LoginCheck | None = field(default=None, repr=False)

    @property
    def is_from_spool(self) -> bool:
        return self.proof is None

    @property
    def connecting(self) -> Connecting:
        session_id = self.payload.text("sessionId")
        return Connecting(self.credentials, self.origin, session_id, self.login_check)

    def question(self, number: int) -> dict[str, Any]:
        """Its row of the statement that reads the facts."""
        question: dict[str, Any] = {
            "n": number,
            "key": self.key,
            "node": self.payload.text("nodeId"),
            "wcs_session": self.payload.text("sessionId"),
        }
        if self.method.kind is Kind.CONNECT:
            return (
                question
                | {
                    "digest": self.payload.digest,
                    "origins": list_covering(self.origin),
                }
                | self._ask_for_visitor()
            )
        question["wcs_stream"] = self.payload.text("mediaSessionId")
        if self.method.name == MESSAGE:
            return question | {"operation_id": self.payload.text("operationId")}
        if self.method.name in ASKING:
            return question | {"alias": self.payload.text("name")}
        question["wcs_call"] = self.payload.text("callId")
        if self.method.name == "call":
            question["alias"] = self.payload.text("callee")
        if self.method.name == "sendDtmf":
            question["sends_tones"] = True
        return question

    def _ask_for_visitor(self) -> dict[str, Any]:
        claims, session_id = self.credentials.claims, self.payload.text("sessionId")
        return {
            "kid": claims.kid if claims else "",
            "jti": claims.jti if claims else "",
            "token": bool(self.credentials.token),
            "visitors": " ".join(candidate_visitors(self.credentials, session_id)),
        }


def list_covering(origin: Origin | None) -> str:
    """The origin and those that would cover it, the nearest first, with spaces between."""
    return " ".join(map(str, (origin, *origin.parents()))) if origin else ""


def parse_origin(payload: Payload, method: Method) -> Origin | None:
    """None where a connect names no origin that a browser sends, and for other methods."""
    if method.kind is not Kind.CONNECT:
        return None
    try:
        return origins.parse(payload.text("origin"))
    except origins.BadOrigin:
        return None
