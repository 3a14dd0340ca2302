"""The whole decision on one hook: facts in, answer and record out. No database, no clock."""

from __future__ import annotations

from datetime import datetime

from hooks import lifecycle
from hooks.authentication import verify_again
from hooks.facts import Facts
from hooks.hook import Hook
from hooks.ledgers import Ledgers
from hooks.lifecycle import SessionProgress
from hooks.limits.facts import LimitFacts
from hooks.limits.fallback import weigh_callees
from hooks.limits.weighing import Verdict
from hooks.messages.method import METHOD as MESSAGE
from hooks.messages.settling import settle_message
from hooks.methods import Kind
from hooks.outcome import Answer, Outcome
from hooks.policy import decide, supersedes
from hooks.reasons import Decision, Reason
from hooks.recording import (
    Breach,
    Record,
    SentTones,
    ask_call,
    find_breach,
    log_event,
    open_session,
)
from hooks.rewriting import call_answer, connect_answer, keypad_answer
from hooks.sip_password import open_sip_password
from hooks.streams.methods import STREAM_METHODS
from hooks.streams.settling import settle_report, settle_stream
from hooks.tickets.admission import admit
from tenants.secrets.encryption import SecretUnreadable

_WITHOUT_CALL = {*STREAM_METHODS, MESSAGE}


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
            detail, breach = _detail(facts, reason), find_breach(facts, reason)
            return _refuse(hook, facts, reason, detail, breach)
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
    event = log_event(hook, facts, reason, _detail(facts, reason))
    if hook.method.name == MESSAGE:
        return settle_message(hook, facts, reason, event, ledgers.messages)
    return settle_stream(hook, facts, reason, event, ledgers.streams, now)


def _detail(facts: Facts, reason: Reason) -> str:
    """Which switch is on."""
    return facts.switched_off or "" if reason is Reason.SWITCHED_OFF else ""


def _refuse(
    hook: Hook, facts: Facts, reason: Reason, detail: str = "", breach: Breach | None = None
) -> Outcome:
    """A refused call is a call detail record too, if it is known whose it was."""
    answer = Answer.refusal(reason, detail)
    if facts.instance_id is None:
        return Outcome(answer)

    event = log_event(hook, facts, reason, detail)
    if hook.method.name != "call" or facts.session_id is None or facts.call_id is not None:
        return Outcome(answer, Record(event))
    call = ask_call(hook, facts, reason, target="")
    call["ended_at"], call["ended_by"] = hook.received_at, "refused"
    event["call_id"] = event["only_with"] = call["id"]
    return Outcome(answer, Record(event, asked=call, breach=breach))


def _connect(hook: Hook, facts: Facts, reason: Reason, now: datetime) -> Outcome:
    choice, password = open_sip_password(facts)
    answer = Answer(reason, connect_answer(facts, password))
    event = log_event(hook, facts, reason)
    if reason is Reason.DUPLICATE:
        return Outcome(answer, Record(event))

    admission = admit(hook.connecting, facts, now)
    if isinstance(admission, Reason):
        return _refuse(hook, facts, admission)
    if supersedes(facts, reason) and facts.session_id:
        end = SessionProgress(None, hook.received_at, "superseded")
        return Outcome(answer, Record(session=(facts.session_id, end)), again=True)

    opened = open_session(hook, facts, admission, choice)
    event["session_id"] = event["only_with"] = opened["id"]
    return Outcome(answer, Record(event, opened=opened))


def _call(hook: Hook, facts: Facts, reason: Reason, ledgers: Ledgers) -> Outcome:
    if reason is Reason.DUPLICATE:
        event = log_event(hook, facts, reason)
        body = call_answer(facts.call_target, facts.account_login, facts.session_label)
        return Outcome(Answer(reason, body), Record(event))

    verdict = _weigh(hook, facts, ledgers)
    if verdict.again:
        return Outcome(Answer.refusal(verdict.reason), again=True)
    if verdict.reservation is None:
        breach = find_breach(facts, verdict.reason)
        return _refuse(hook, facts, verdict.reason, verdict.detail, breach)

    call = ask_call(hook, facts, verdict.reason, target=verdict.target)
    call["reservation"], call["fallback"] = verdict.reservation, verdict.alias
    ledgers.note_ringing(facts.tenant_id, verdict.rings_at, call["id"])
    event = log_event(hook, facts, verdict.reason, verdict.detail)
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
    event = log_event(hook, facts, Reason.ALLOWED)
    event["only_with"] = facts.call_id
    counted: SentTones = {
        "call_id": facts.call_id,
        "presses": tones.presses,
        "sent": tones.sent,
        "last": tones.last,
    }
    return Outcome(answer, Record(event, tones=counted))


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
        call = ask_call(hook, facts, reason, target=payload.text("callee"))
        return Outcome(answer, Record(asked=call), again=True)

    event = log_event(hook, facts, reason)
    if hook.method.name == "ConnectionStatusEvent" and facts.session_id:
        progress = lifecycle.read_session_report(payload, hook.received_at, hook.is_from_spool)
        session = (facts.session_id, progress) if progress else None
        return Outcome(answer, Record(event, session=session))
    if hook.method.name == "CallStatusEvent" and facts.call_id:
        report = lifecycle.read_call_report(payload, hook.received_at)
        return Outcome(answer, Record(event, call=(facts.call_id, report)))
    if hook.method.name == "StreamStatusEvent":
        return settle_report(hook, facts, event, reason)
    return Outcome(answer, Record(event))
