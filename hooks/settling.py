"""The whole decision on one hook: facts in, answer and record out. No database, no clock."""

from __future__ import annotations

from datetime import datetime

from hooks import lifecycle
from hooks.authentication import verify_again
from hooks.facts import Facts
from hooks.hook import Hook
from hooks.lifecycle import SessionProgress
from hooks.limits.facts import LimitFacts
from hooks.limits.fallback import weigh_callees
from hooks.limits.ledger import Ledgers
from hooks.limits.weighing import Verdict
from hooks.messages.method import METHOD as MESSAGE
from hooks.messages.settling import settle_message
from hooks.methods import Kind
from hooks.outcome import Answer, Outcome
from hooks.policy import decide, supersedes
from hooks.reasons import Decision, Reason
from hooks.recording import (
    BREACHES_TO_BLOCK,
    AskedCall,
    Breach,
    LoggedEvent,
    OpenedSession,
    Record,
    SentTones,
)
from hooks.redaction import redact
from hooks.rewriting import call_answer, connect_answer, keypad_answer
from hooks.row_id import new_row_id_text
from hooks.sip_password import CURRENT, PasswordChoice, choose_password
from hooks.streams.methods import STREAM_METHODS
from hooks.streams.settling import settle_report, settle_stream
from hooks.tickets.admission import Admission, admit
from tenants.models import SipAccount
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import secret_field

VISITOR_BREACHES = {
    Reason.VISITOR_TEN_MINUTES,
    Reason.VISITOR_HOUR,
    Reason.VISITOR_DAY,
    Reason.VISITOR_CALLEES,
}
# No callee has such an alias. A gateway of before streams reads nothing but this.
NOT_FOR_CALLS = "(stream)"
_WITHOUT_CALL = {*STREAM_METHODS, MESSAGE}
_PASSWORD = secret_field(SipAccount, "password")
_NEXT_PASSWORD = secret_field(SipAccount, "next_password")


def settle(hook: Hook, facts: Facts, now: datetime, ledgers: Ledgers | None = None) -> Outcome:
    """`ledgers`: what the tenants' meters are after the hooks of the batch that came before."""
    ledgers = Ledgers() if ledgers is None else ledgers
    try:
        reason = verify_again(hook, facts)
        if reason is Reason.ALLOWED:
            reason = decide(hook.method, hook.payload, hook.origin is not None, facts, now)

        if hook.method.name in _WITHOUT_CALL:
            return _settle_without_call(hook, facts, reason, now, ledgers)
        if reason.decision is Decision.REFUSED:
            detail = facts.switched_off if reason is Reason.SWITCHED_OFF else None
            return _refuse(hook, facts, reason, detail or "", _find_breach(facts, reason))
        if hook.method.kind is Kind.CONNECT:
            return _connect(hook, facts, reason, now)
        if hook.method.name == "call":
            return _call(hook, facts, reason, ledgers)
        if hook.method.name == "sendDtmf":
            return _send_tones(hook, facts, now, ledgers)
        return _note(hook, facts, reason)
    except SecretUnreadable as error:
        return _refuse(hook, facts, Reason.SECRET_UNREADABLE, str(error))


def _settle_without_call(
    hook: Hook, facts: Facts, reason: Reason, now: datetime, ledgers: Ledgers
) -> Outcome:
    """Of a stream, or of a message that a page sends."""
    detail = facts.switched_off if reason is Reason.SWITCHED_OFF else None
    event = _log_event(hook, facts, reason, detail or "")
    if hook.method.name == MESSAGE:
        return settle_message(hook, facts, reason, event, ledgers.messages)
    return settle_stream(hook, facts, reason, event, ledgers.streams, now)


def _refuse(
    hook: Hook, facts: Facts, reason: Reason, detail: str = "", breach: Breach | None = None
) -> Outcome:
    """A refused call is a call detail record too, if it is known whose it was."""
    answer = Answer.refusal(reason, detail)
    if facts.instance_id is None:
        return Outcome(answer)

    event = _log_event(hook, facts, reason, detail)
    if hook.method.name != "call" or facts.session_id is None or facts.call_id is not None:
        return Outcome(answer, Record(event))
    call = _ask_call(hook, facts, reason, target="")
    call["ended_at"], call["ended_by"] = hook.received_at, "refused"
    event["call_id"] = event["only_with"] = call["id"]
    return Outcome(answer, Record(event, asked=call, breach=breach))


def _connect(hook: Hook, facts: Facts, reason: Reason, now: datetime) -> Outcome:
    choice, password = _choose_password(facts)
    answer = Answer(reason, connect_answer(facts, password))
    event = _log_event(hook, facts, reason)
    if reason is Reason.DUPLICATE:
        return Outcome(answer, Record(event))

    admission = admit(hook.connecting, facts, now)
    if isinstance(admission, Reason):
        return _refuse(hook, facts, admission)
    if supersedes(facts, reason) and facts.session_id:
        end = SessionProgress(None, hook.received_at, "superseded")
        return Outcome(answer, Record(session=(facts.session_id, end)), again=True)

    opened = _open_session(hook, facts, admission, choice)
    event["session_id"] = event["only_with"] = opened["id"]
    return Outcome(answer, Record(event, opened=opened))


def _choose_password(facts: Facts) -> tuple[PasswordChoice, str]:
    """Raises SecretUnreadable. A next password that does not open is not tried."""
    choice = choose_password(facts)
    try:
        return choice, _open_password(facts, choice)
    except SecretUnreadable:
        if not choice.tries:
            raise
        return CURRENT, _open_password(facts, CURRENT)


def _open_password(facts: Facts, choice: PasswordChoice) -> str:
    field = _NEXT_PASSWORD if choice.is_next else _PASSWORD
    token = facts.account_next_password if choice.is_next else facts.account_password
    return field.stored(token or "", facts.account_id, facts.tenant_id).reveal()


def _call(hook: Hook, facts: Facts, reason: Reason, ledgers: Ledgers) -> Outcome:
    if reason is Reason.DUPLICATE:
        event = _log_event(hook, facts, reason)
        body = call_answer(facts.call_target, facts.account_login, facts.session_label)
        return Outcome(Answer(reason, body), Record(event))

    verdict = _weigh(hook, facts, ledgers)
    if verdict.again:
        return Outcome(Answer.refusal(verdict.reason), again=True)
    if verdict.reservation is None:
        breach = _find_breach(facts, verdict.reason)
        return _refuse(hook, facts, verdict.reason, verdict.detail, breach)

    call = _ask_call(hook, facts, verdict.reason, target=verdict.target)
    call["reservation"], call["fallback"] = verdict.reservation, verdict.alias
    ledgers.note_ringing(facts.tenant_id, verdict.rings_at, call["id"])
    event = _log_event(hook, facts, verdict.reason, verdict.detail)
    event["call_id"] = event["only_with"] = call["id"]
    body = call_answer(call["target"], facts.account_login, facts.session_label)
    return Outcome(Answer(verdict.reason, body), Record(event, asked=call))


def _send_tones(hook: Hook, facts: Facts, now: datetime, ledgers: Ledgers) -> Outcome:
    digits = hook.payload.text("dtmf")
    tones = facts.tones.press(len(digits), now.timestamp())
    if tones is None or facts.call_id is None:
        return _refuse(hook, facts, Reason.KEYPAD_PACE)
    answer = Answer(Reason.ALLOWED, keypad_answer(digits))
    if facts.call_id in ledgers.calls_with_tones:  # each counts on from the one before
        return Outcome(answer, again=True)

    ledgers.calls_with_tones.add(facts.call_id)
    event = _log_event(hook, facts, Reason.ALLOWED)
    event["only_with"] = facts.call_id
    counted: SentTones = {
        "call_id": facts.call_id,
        "presses": tones.presses,
        "sent": tones.sent,
        "last": tones.last,
    }
    return Outcome(answer, Record(event, tones=counted))


def _find_breach(facts: Facts, reason: Reason) -> Breach | None:
    """What leads to a block of the visitor; whoever tries the honey alias is blocked at once."""
    is_attack = reason is Reason.HONEY_ALIAS
    if not facts.session_visitor or not (is_attack or reason in VISITOR_BREACHES):
        return None
    return {
        "tenant_id": facts.tenant_id,
        "visitor": facts.session_visitor,
        "display": facts.session_visitor_display or "",
        "because": reason,
        "times": BREACHES_TO_BLOCK if is_attack else 1,
    }


def _weigh(hook: Hook, facts: Facts, ledgers: Ledgers) -> Verdict:
    if facts.limiting is None or facts.tenant_id is None:
        return Verdict(Reason.LIMIT_UNREADABLE)

    limits = LimitFacts.from_json(facts.limiting)
    ledger = ledgers.open(facts.tenant_id)
    if not ledger.note_call(str(facts.session_id), hook.payload.text("callId")):
        # The same call twice in one batch: it is decided again, when the first one is recorded.
        return Verdict(Reason.OVERLOADED, again=True)
    target = facts.callee_target or ""
    return weigh_callees(limits, ledger, facts.domain_id, facts.account_id, target)


def _note(hook: Hook, facts: Facts, reason: Reason) -> Outcome:
    answer, payload = Answer(reason, {}), hook.payload
    if reason is Reason.CALL_NEVER_ASKED and facts.call_id is None and payload["callId"]:
        # First the call comes to be, then the event is applied to it like any other.
        call = _ask_call(hook, facts, reason, target=payload.text("callee"))
        return Outcome(answer, Record(asked=call), again=True)

    event = _log_event(hook, facts, reason)
    if hook.method.name == "ConnectionStatusEvent" and facts.session_id:
        progress = lifecycle.read_session_report(payload, hook.received_at)
        session = (facts.session_id, progress) if progress else None
        return Outcome(answer, Record(event, session=session))
    if hook.method.name == "CallStatusEvent" and facts.call_id:
        report = lifecycle.read_call_report(payload, hook.received_at)
        return Outcome(answer, Record(event, call=(facts.call_id, report)))
    if hook.method.name == "StreamStatusEvent":
        return settle_report(hook, facts, event, reason)
    return Outcome(answer, Record(event))


def _log_event(hook: Hook, facts: Facts, reason: Reason, detail: str = "") -> LoggedEvent:
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


def _open_session(
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
        "ticket_alias": NOT_FOR_CALLS if any(rights) else claims.alias if claims else "",
        "publish_alias": rights.publish,
        "play_alias": rights.play,
        "label": admission.label,
        "context": claims.context if claims and claims.context else None,
        "jti": claims.jti if claims else None,
        "spent_until": ticket.spent_until if ticket else None,
        "sip_password_since": choice.since,
        "tries_password": choice.tries,
    }


def _ask_call(hook: Hook, facts: Facts, reason: Reason, target: str) -> AskedCall:
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
