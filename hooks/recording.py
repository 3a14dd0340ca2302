"""What one hook leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from hooks.facts import Facts
from hooks.hook import Hook
from hooks.lifecycle import CallProgress, SessionProgress
from hooks.limits.reservation import Reservation
from hooks.messages.recording import TakenMessage
from hooks.reasons import Reason
from hooks.redaction import redact
from hooks.row_id import new_row_id_text
from hooks.sip_password import PasswordChoice
from hooks.streams.lifecycle import StreamProgress
from hooks.streams.recording import AskedStream
from hooks.tickets.admission import Admission

BREACHES_TO_BLOCK = 3  # within 24 hours
_VISITOR_BREACHES = {
    Reason.VISITOR_TEN_MINUTES,
    Reason.VISITOR_HOUR,
    Reason.VISITOR_DAY,
    Reason.VISITOR_CALLEES,
}
# No callee has such an alias. A gateway of before streams reads nothing but this.
_NOT_FOR_CALLS = "(stream)"


class OpenedSession(TypedDict):
    id: str
    tenant_id: int | None
    instance_id: str | None
    node_id: str
    wcs_session_id: str
    app_key: str
    domain_id: int | None
    origin: str
    sip_account_id: str | None
    sip_login: str | None
    connect_digest: str
    opened_at: datetime
    node_is_new: bool
    visitor: str
    visitor_display: str
    ticketed: bool
    ticket_alias: str
    publish_alias: str
    play_alias: str
    label: str
    context: tuple[str, ...] | None
    jti: str | None  # of the ticket that is spent with it
    spent_until: float | None  # seconds since 1970
    sip_password_since: datetime | None  # None: it got the account's current password
    tries_password: bool


class AskedCall(TypedDict):
    id: str
    tenant_id: int | None
    session_id: str | None
    wcs_call_id: str
    alias: str
    target: str
    caller: str
    decision: str
    reason: str
    asked_at: datetime
    ended_at: datetime | None
    ended_by: str
    visitor: str
    reservation: Reservation | None
    fallback: str


class Breach(TypedDict):
    """A visitor went over one of their limits, or did what counts for more."""

    tenant_id: int | None
    visitor: str
    display: str
    because: str
    times: int


class LoggedEvent(TypedDict):
    hook_id: str
    received_at: datetime
    method: str
    decision: str
    reason: str
    detail: str
    body: dict[str, Any]
    instance_id: str | None
    tenant_id: int | None
    session_id: str | None
    call_id: str | None
    only_with: str | None  # the session or call that comes to be in the same statement


class SentTones(TypedDict):
    call_id: str
    presses: int
    sent: int
    last: Sequence[float]


class Record(NamedTuple):
    event: LoggedEvent | None = None
    opened: OpenedSession | None = None
    asked: AskedCall | None = None
    session: tuple[str, SessionProgress] | None = None
    call: tuple[str, CallProgress] | None = None
    tones: SentTones | None = None
    breach: Breach | None = None
    stream_asked: AskedStream | None = None
    stream: tuple[str, StreamProgress] | None = None
    message: TakenMessage | None = None

    @property
    def creates(self) -> str | None:
        if self.tones:
            return self.tones["call_id"]
        created = self.opened or self.asked or self.stream_asked or self.message
        return created["id"] if created else None


def log_event(hook: Hook, facts: Facts, reason: Reason, detail: str = "") -> LoggedEvent:
    return {
        "hook_id": hook.id,
        "received_at": hook.received_at,
        "method": hook.method.name,
        "decision": reason.decision,
        "reason": reason,
        "detail": detail,
        "body": redact(hook.payload),
        "instance_id": facts.instance_id,
        "tenant_id": facts.tenant_id,
        "session_id": facts.session_id,
        "call_id": facts.call_id,
        "only_with": None,
    }


def open_session(
    hook: Hook, facts: Facts, admission: Admission, choice: PasswordChoice
) -> OpenedSession:
    ticket, claims, rights = admission.ticket, admission.claims, admission.rights
    return {
        "id": new_row_id_text(),
        "tenant_id": facts.tenant_id,
        "instance_id": facts.instance_id,
        "node_id": hook.payload.text("nodeId"),
        "wcs_session_id": hook.payload.text("sessionId"),
        "app_key": hook.payload.text("appKey"),
        "domain_id": facts.domain_id,
        "origin": str(hook.origin),
        "sip_account_id": facts.account_id,
        "sip_login": facts.account_login,
        "connect_digest": hook.payload.digest,
        "opened_at": hook.received_at,
        "node_is_new": not facts.node_known,
        "visitor": admission.visitor.id,
        "visitor_display": admission.visitor.display,
        "ticketed": ticket is not None,
        "ticket_alias": _NOT_FOR_CALLS if any(rights) else claims.alias if claims else "",
        "publish_alias": rights.publish,
        "play_alias": rights.play,
        "label": admission.label,
        "context": claims.context if claims and claims.context else None,
        "jti": claims.jti if claims else None,
        "spent_until": ticket.spent_until if ticket else None,
        "sip_password_since": choice.since,
        "tries_password": choice.tries,
    }


def ask_call(hook: Hook, facts: Facts, reason: Reason, target: str) -> AskedCall:
    return {
        "id": new_row_id_text(),
        "tenant_id": facts.tenant_id,
        "session_id": facts.session_id,
        "wcs_call_id": hook.payload.text("callId"),
        "alias": hook.payload.text("callee") if hook.method.name == "call" else "",
        "target": target,
        "caller": facts.account_login or "",
        "decision": reason.decision,
        "reason": reason,
        "asked_at": hook.received_at,
        "ended_at": None,
        "ended_by": "",
        "visitor": facts.session_visitor or "",
        "reservation": None,
        "fallback": "",
    }


def find_breach(facts: Facts, reason: Reason) -> Breach | None:
    """What leads to a block of the visitor; whoever tries the honey alias is blocked at once."""
    is_attack = reason is Reason.HONEY_ALIAS
    if not facts.session_visitor or not (is_attack or reason in _VISITOR_BREACHES):
        return None
    return {
        "tenant_id": facts.tenant_id,
        "visitor": facts.session_visitor,
        "display": facts.session_visitor_display or "",
        "because": reason,
        "times": BREACHES_TO_BLOCK if is_attack else 1,
    }
