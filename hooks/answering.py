"""From the decision to what goes back to WCS and what is recorded."""

from __future__ import annotations

from typing import Any

from hooks import lifecycle
from hooks.facts import Facts
from hooks.hook import Hook
from hooks.lifecycle import SessionProgress
from hooks.methods import Kind
from hooks.payloads import Payload
from hooks.policy import supersedes
from hooks.reasons import Decision, Reason, refusal
from hooks.recording import AskedCall, LoggedEvent, OpenedSession, Record
from hooks.redaction import redact
from hooks.rewriting import call_answer, connect_answer
from hooks.row_id import new_row_id
from tenants.secrets.encryption import SealedSecret, place
from tenants.secrets.fields import key_ring

Answer = tuple[dict[str, Any], Record]


def respond(hook: Hook, payload: Payload, reason: Reason) -> Answer:
    """Raises SecretUnreadable."""
    if reason.decision is Decision.REFUSED:
        return refusal(reason.status), _refused(hook, payload, reason)
    if hook.method.kind is Kind.CONNECT:
        return _connected(hook, payload, reason)
    if hook.method.name == "call":
        return _called(hook, payload, reason)
    return {}, _noted(hook, payload, reason)


def logged(hook: Hook, reason: Reason, **more: Any) -> LoggedEvent:
    """The event of an authenticated hook, or of one that at least named an instance."""
    facts = hook.facts
    event = LoggedEvent(
        received_at=hook.received_at,
        instance_id=facts.instance_id,
        tenant_id=facts.tenant_id,
        session_id=facts.session_id,
        call_id=facts.call_id,
        method=hook.method.name,
        decision=reason.decision,
        reason=reason,
        detail="",
        body=redact(hook.payload) if isinstance(hook.payload, Payload) else {},
        only_with=None,
    )
    return event._replace(**more)


def _connected(hook: Hook, payload: Payload, reason: Reason) -> Answer:
    facts = hook.facts
    sealed_at = place(facts.tenant_id, "tenants_sipaccount", facts.account_id, "password")
    answer = connect_answer(
        facts, SealedSecret(facts.account_password or "", sealed_at, key_ring()).reveal()
    )
    if reason is Reason.DUPLICATE:
        return answer, Record(logged(hook, reason))
    if supersedes(facts, reason) and facts.session_id:
        hook.again = True
        return answer, Record(
            session=(facts.session_id, SessionProgress(None, hook.received_at, "superseded"))
        )
    opened = _opened(hook, payload, facts)
    return answer, Record(
        logged(hook, reason, session_id=opened.id, call_id=None, only_with=opened.id), opened=opened
    )


def _opened(hook: Hook, payload: Payload, facts: Facts) -> OpenedSession:
    return OpenedSession(
        id=str(new_row_id()),
        tenant_id=facts.tenant_id,
        instance_id=facts.instance_id,
        node_id=payload.text("nodeId"),
        wcs_session_id=payload.text("sessionId"),
        app_key=payload.text("appKey"),
        domain_id=facts.domain_id,
        origin=str(hook.origin),
        sip_account_id=facts.account_id,
        sip_login=facts.account_login,
        connect_digest=payload.digest,
        opened_at=hook.received_at,
        node_is_new=not facts.node_known,
    )


def _called(hook: Hook, payload: Payload, reason: Reason) -> Answer:
    facts = hook.facts
    if reason is Reason.DUPLICATE:
        return call_answer(facts.call_target, facts.account_login), Record(logged(hook, reason))
    asked = _asked(hook, payload, reason, target=facts.callee_target or "")
    event = logged(hook, reason, call_id=asked.id, only_with=asked.id)
    return call_answer(asked.target, facts.account_login), Record(event, asked=asked)


def _refused(hook: Hook, payload: Payload, reason: Reason) -> Record:
    """A refused call is a call detail record too, if it is known whose it was."""
    if (
        hook.method.name != "call"
        or hook.facts.session_id is None
        or hook.facts.call_id is not None
    ):
        return Record(logged(hook, reason))
    asked = _asked(hook, payload, reason, target="")._replace(
        ended_at=hook.received_at, ended_by="refused"
    )
    return Record(logged(hook, reason, call_id=asked.id, only_with=asked.id), asked=asked)


def _noted(hook: Hook, payload: Payload, reason: Reason) -> Record:
    facts, method = hook.facts, hook.method.name
    if reason is Reason.CALL_NEVER_ASKED and facts.call_id is None and payload["callId"]:
        # First the call comes to be, then the event is applied to it like any other.
        hook.again = True
        return Record(asked=_asked(hook, payload, reason, target=payload.text("callee")))
    event = logged(hook, reason)
    if method == "ConnectionStatusEvent" and facts.session_id:
        progress = lifecycle.of_session(payload, hook.received_at)
        return Record(event, session=(facts.session_id, progress) if progress else None)
    if method == "CallStatusEvent" and facts.call_id:
        return Record(event, call=(facts.call_id, lifecycle.of_call(payload, hook.received_at)))
    return Record(event)


def _asked(hook: Hook, payload: Payload, reason: Reason, target: str) -> AskedCall:
    facts = hook.facts
    return AskedCall(
        id=str(new_row_id()),
        tenant_id=facts.tenant_id,
        session_id=facts.session_id,
        wcs_call_id=payload.text("callId"),
        alias=payload.text("callee") if hook.method.name == "call" else "",
        target=target,
        caller=facts.account_login or "",
        decision=reason.decision,
        reason=reason,
        asked_at=hook.received_at,
        ended_at=None,
        ended_by="",
    )
