"""May it? Facts in, a Reason out; no clock, no settings, no database."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hooks.facts import Facts
from hooks.limits.keypad import DIGITS
from hooks.messages.method import METHOD as MESSAGE
from hooks.messages.policy import decide_message
from hooks.methods import METHODS, Kind, Method
from hooks.payloads import Payload
from hooks.reasons import Decision, Reason
from hooks.streams.methods import ASKING, ENDING, HLS
from hooks.streams.policy import decide_end, decide_stream, judge_report

# WCS repeats a POST within seconds.
REPEATED_WITHIN = timedelta(minutes=1)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
MOVES = "move of tenant "  # how the key of a switch begins that hooks.cells turned on
# That a call goes on; only FINISH, BUSY and FAILED could follow a refusal.
GOES_ON = {"TRYING", "RING", "RING_MEDIA", "SESSION_PROGRESS", "ESTABLISHED", "HOLD"}


def decide(
    method: Method, payload: Payload, origin_is_sound: bool, facts: Facts, now: datetime
) -> Reason:
    """`origin_is_sound`: a connect names an origin that a browser may send, whoever owns it."""
    if method.name == "hangup":
        return Reason.ALLOWED if facts.session_id else Reason.SESSION_NOT_OURS
    if method.name in ENDING:  # whatever is switched off
        return decide_end(facts) if facts.session_id else Reason.SESSION_UNKNOWN
    if method.kind is Kind.EVENT:
        return _event(method, payload, facts)
    if facts.instance_app_key and payload.text("appKey") != facts.instance_app_key:
        return Reason.APP_KEY
    if facts.switched_off:
        return _switched_off(facts.switched_off)
    if method.kind is Kind.CONNECT:
        return _connect(payload, origin_is_sound, facts, now)
    return _invocation(method, payload, facts, now)


def _invocation(method: Method, payload: Payload, facts: Facts, now: datetime) -> Reason:
    if method.name == "call":
        return _call(payload, facts, now)
    if method.name == "sendDtmf":
        return _send_tones(payload, facts, now)
    if method.name == MESSAGE:
        refused = _session(facts) or _served(facts)
        is_blocked = bool(facts.visitor_blocked)
        return refused or decide_message(payload, facts.messaging, is_blocked)
    if method.name == HLS and facts.session_id is None:
        return Reason.STREAM_HLS
    if method.name in ASKING:
        refused = _session(facts) or _served(facts)
        return refused or decide_stream(ASKING[method.name], payload, facts, now)
    return Reason.INCOMING_REFUSED if method.kind is Kind.INCOMING else Reason.METHOD_REFUSED


def _switched_off(key: str) -> Reason:
    return Reason.TENANT_MOVES if key.startswith(MOVES) else Reason.SWITCHED_OFF


def supersedes(facts: Facts, reason: Reason) -> bool:
    """A new connection under the id of a session that still lives: WCS lost that one's end."""
    is_new = reason in {Reason.ALLOWED, Reason.SESSION_ID_RECURS}
    return is_new and facts.session_id is not None


def _connect(payload: Payload, origin_is_sound: bool, facts: Facts, now: datetime) -> Reason:
    if not payload["origin"]:
        return Reason.ORIGIN_MISSING
    if not origin_is_sound:
        return Reason.ORIGIN_MALFORMED
    if facts.domain_id is None:
        return Reason.ORIGIN_UNKNOWN
    refused = _tenant(facts) or (Reason.DOMAIN_UNPROVED if facts.domain_unproved else None)
    if refused:
        return refused
    repeated = (
        facts.session_opened_at is not None
        and facts.session_ended_at is None
        and facts.session_digest == payload.digest
        and now - facts.session_opened_at < REPEATED_WITHIN
    )
    if repeated:
        return Reason.DUPLICATE
    if facts.connect_answered_before:
        return _answered_before(payload)
    return Reason.ALLOWED


def _answered_before(payload: Payload) -> Reason:
    """HMAC covers no time: somebody who captured a connect could post it again for the password.

    WCS never uses a UUID twice. Builds before 2022 name a session by its addresses and ports, which
    do recur.
    """
    is_unique = _UUID.fullmatch(payload.text("sessionId"))
    return Reason.CONNECT_REPLAYED if is_unique else Reason.SESSION_ID_RECURS


def _call(payload: Payload, facts: Facts, now: datetime) -> Reason:
    refused = _session(facts) or _tenant(facts)
    if refused:
        return refused
    if facts.call_id is not None:
        return _asked_again(payload, facts, now)
    if facts.honey_alias and payload.text("callee") == facts.honey_alias:
        return Reason.HONEY_ALIAS
    if facts.callee_target is None:
        return Reason.CALLEE_UNKNOWN if payload.text("callee") else Reason.CALLEE_NO_DEFAULT
    if facts.session_publish or facts.session_play:
        return Reason.TICKET_FOR_STREAM
    if facts.session_ticket_alias and facts.session_ticket_alias != facts.callee_alias:
        return Reason.TICKET_ALIAS
    return Reason.VISITOR_BLOCKED if facts.visitor_blocked else Reason.ALLOWED


def _session(facts: Facts) -> Reason | None:
    if facts.session_id is None:
        return Reason.SESSION_UNKNOWN
    if facts.session_ended_at is not None:
        return Reason.SESSION_ENDED
    return Reason.ORIGIN_REVOKED if facts.domain_id is None else None


def _tenant(facts: Facts) -> Reason | None:
    return _served(facts) or (None if facts.account_id else Reason.SIP_ACCOUNT_MISSING)


def _served(facts: Facts) -> Reason | None:
    if not facts.tenant_served:
        return Reason.TENANT_NOT_SERVED
    return None if facts.tenant_status == "active" else Reason.TENANT_SUSPENDED


def _asked_again(payload: Payload, facts: Facts, now: datetime) -> Reason:
    if facts.call_ended_at is not None:
        return Reason.CALL_ENDED
    if not _may_be_a_repetition(facts, now):
        return Reason.CALL_ID_REUSED
    same = facts.call_alias == payload.text("callee") and facts.call_decision == Decision.ALLOWED
    # What was true when it was first asked must still be true: the alias may have moved since.
    return (
        Reason.DUPLICATE
        if same and facts.call_target == facts.callee_target
        else Reason.CALL_ID_REUSED
    )


def _may_be_a_repetition(facts: Facts, now: datetime) -> bool:
    """The browser chooses the id: a second call under that of a living one would cost nothing.

    WCS repeats what it got no answer to, so what it repeats does not ring yet.
    """
    went_on = facts.call_ringing_at or facts.call_answered_at
    asked_at = facts.call_asked_at
    return not went_on and asked_at is not None and now - asked_at < REPEATED_WITHIN


def _send_tones(payload: Payload, facts: Facts, now: datetime) -> Reason:
    if not facts.callee_keypad:
        return Reason.METHOD_REFUSED
    if facts.call_answered_at is None or facts.call_ended_at or facts.session_ended_at:
        return Reason.KEYPAD_NO_TALK

    digits = payload.text("dtmf")
    if not DIGITS.fullmatch(digits):
        return Reason.KEYPAD_DIGITS
    allowed = facts.tones.press(len(digits), now.timestamp())
    return Reason.ALLOWED if allowed else Reason.KEYPAD_PACE


def _event(method: Method, payload: Payload, facts: Facts) -> Reason:
    if method.name not in METHODS:
        return Reason.EVENT_UNKNOWN
    if facts.session_id is None:
        return Reason.SESSION_NOT_OURS
    if method.name == "StreamStatusEvent":
        return judge_report(payload, facts)
    if method.name != "CallStatusEvent":
        return Reason.RECORDED
    if payload.text("status") not in GOES_ON:
        return Reason.RECORDED if facts.call_id else Reason.CALL_NOT_OURS
    if facts.call_decision == Decision.REFUSED:
        return Reason.REFUSED_CALL_WENT_ON
    if facts.call_decision != Decision.ALLOWED:
        return Reason.CALL_NEVER_ASKED
    return Reason.CALL_WENT_ELSEWHERE if _went_elsewhere(payload, facts) else Reason.RECORDED


def _went_elsewhere(payload: Payload, facts: Facts) -> bool:
    """WCS may name the callee as it was told, as a SIP URI of it, or as the page named them."""
    if not facts.call_target:
        return False
    callee = _dialled_user(payload.text("callee"))
    return callee not in {"", _dialled_user(facts.call_target), facts.call_alias}


def _dialled_user(target: str) -> str:
    """The number or the user part of a SIP URI, since proxies change the rest."""
    return re.sub(r"^sips?:", "", target, flags=re.IGNORECASE).partition("@")[0]


def decide_without_database(method: Method) -> Reason:
    """Nothing is allowed; what has happened already is kept on disk and recorded later."""
    has_happened = method.kind is Kind.EVENT or method.name == "hangup"
    return Reason.SPOOLED if has_happened else Reason.DATABASE_AWAY
