"""May this connection publish, play or end this stream? Facts in, a Reason out."""

from __future__ import annotations

from datetime import datetime, timedelta

from hooks.facts import Facts
from hooks.payloads import Payload
from hooks.reasons import Decision, Reason
from hooks.streams.facts import StreamFacts
from hooks.streams.lifecycle import GOES_ON
from hooks.streams.methods import OPTIONS, PUBLISH

# WCS repeats a POST within seconds.
REPEATED_WITHIN = timedelta(minutes=1)


def decide_stream(kind: str, payload: Payload, facts: Facts, now: datetime) -> Reason:
    """Of a living session of a tenant that may be served: whoever calls has looked at that."""
    if any(payload[option] for option in OPTIONS):
        return Reason.STREAM_OPTION
    if facts.stream_decision == Decision.ALLOWED:  # what was refused may be asked for again
        return _asked_again(kind, payload, facts, now)
    refused = _alias(kind, payload, facts)
    if refused:
        return refused
    return Reason.VISITOR_BLOCKED if facts.visitor_blocked else Reason.ALLOWED


def decide_end(facts: Facts) -> Reason:
    """A page ends its own streams, and no other's."""
    is_own = facts.stream_id is not None and facts.stream_decision == Decision.ALLOWED
    return Reason.ALLOWED if is_own else Reason.STREAM_NOT_OURS


def judge_report(payload: Payload, facts: Facts) -> Reason:
    """Of a StreamStatusEvent of a session of ours."""
    if payload.text("status") not in GOES_ON:
        return Reason.RECORDED
    if facts.stream_id is None:
        return Reason.STREAM_NEVER_ASKED
    if facts.stream_decision == Decision.REFUSED:
        return Reason.REFUSED_STREAM_WENT_ON
    names = {"", facts.stream_name, facts.stream_alias}
    return Reason.RECORDED if payload.text("name") in names else Reason.STREAM_WENT_ELSEWHERE


def _alias(kind: str, payload: Payload, facts: Facts) -> Reason | None:
    named = payload.text("name")
    right = facts.session_publish if kind == PUBLISH else facts.session_play
    if not right or named != right:
        return Reason.STREAM_RIGHT
    if facts.streaming is None:
        return Reason.STREAM_UNKNOWN

    alias = StreamFacts.from_json(facts.streaming)
    if alias.alias_id is None:
        return Reason.STREAM_UNKNOWN
    may = alias.may_publish if kind == PUBLISH else alias.may_play
    return None if may else Reason.STREAM_KIND


def _asked_again(kind: str, payload: Payload, facts: Facts, now: datetime) -> Reason:
    """The browser chooses the id: a second stream under that of a living one would be uncounted.

    WCS repeats what it got no answer to, so what it repeats has not begun.
    """
    if facts.stream_ended_at is not None:
        return Reason.STREAM_ENDED
    is_recent = facts.stream_asked_at is not None and now - facts.stream_asked_at < REPEATED_WITHIN
    is_same = facts.stream_kind == kind and facts.stream_alias == payload.text("name")
    may_repeat = is_recent and facts.stream_began_at is None and is_same
    # What was true when it was first asked must still be true: the alias may have moved since.
    is_allowed = _alias(kind, payload, facts) is None and _names_the_same(facts)
    return Reason.DUPLICATE if may_repeat and is_allowed else Reason.STREAM_ID_REUSED


def _names_the_same(facts: Facts) -> bool:
    return StreamFacts.from_json(facts.streaming or "{}").name == facts.stream_name
