"""What comes of a hook about a stream: answer and record together."""

from __future__ import annotations

from datetime import datetime, timedelta

from hooks.facts import Facts
from hooks.hook import Hook
from hooks.outcome import Answer, Outcome
from hooks.reasons import Decision, Reason
from hooks.recording import LoggedEvent, Record
from hooks.row_id import new_row_id_text
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import StreamLedgers, alias_scope
from hooks.streams.lifecycle import read_stream_report
from hooks.streams.methods import ASKING, ENDING, ending_answer, stream_answer
from hooks.streams.recording import AskedStream
from hooks.streams.weighing import Verdict, weigh_stream


def settle_stream(
    hook: Hook,
    facts: Facts,
    reason: Reason,
    event: LoggedEvent,
    ledgers: StreamLedgers,
    now: datetime,
) -> Outcome:
    """`reason` is what the policy decided on the hook of a page."""
    if reason.decision is Decision.REFUSED:
        return _refuse(hook, facts, event, Verdict(reason, event["detail"]))
    if hook.method.name in ENDING:  # WCS reports the end itself: nothing has ended yet
        return Outcome(Answer(reason, ending_answer(facts.stream_name or "")), Record(event))
    if reason is Reason.DUPLICATE:
        body = stream_answer(facts.stream_name or "", ASKING[hook.method.name])
        return Outcome(Answer(reason, body), Record(event))
    return _weigh(hook, facts, event, ledgers, now)


def _weigh(
    hook: Hook, facts: Facts, event: LoggedEvent, ledgers: StreamLedgers, now: datetime
) -> Outcome:
    kind, alias = ASKING[hook.method.name], StreamFacts.from_json(facts.streaming or "{}")
    ledger = ledgers.open(facts.tenant_id or 0, alias)
    if not ledger.note_asked(str(facts.session_id), hook.payload.text("mediaSessionId")):
        # The same stream twice in one batch: it is decided again, when the first is recorded.
        return Outcome(Answer.refusal(Reason.OVERLOADED), again=True)

    verdict = weigh_stream(alias, kind, ledger)
    if verdict.again:
        return Outcome(Answer.refusal(verdict.reason), again=True)
    if verdict.reason is not Reason.ALLOWED:
        return _refuse(hook, facts, event, verdict)

    stream = _ask_stream(hook, facts, Reason.ALLOWED)
    stream["name"], stream["scope"] = alias.name or "", alias_scope(alias.alias_id or 0)
    stream["ends_by"] = now + timedelta(seconds=alias.longest_seconds or 0)
    event["only_with"] = stream["id"]
    answer = Answer(Reason.ALLOWED, stream_answer(stream["name"], kind))
    return Outcome(answer, Record(event, stream_asked=stream))


def _refuse(hook: Hook, facts: Facts, event: LoggedEvent, verdict: Verdict) -> Outcome:
    """A refused stream has a record too, if it is known whose it was."""
    reason, detail = verdict.reason, verdict.detail
    answer = Answer.refusal(reason, detail)
    if facts.instance_id is None:
        return Outcome(answer)

    event["decision"], event["reason"], event["detail"] = reason.decision, reason, detail
    is_asked = hook.method.name in ASKING
    if not is_asked or facts.session_id is None or facts.stream_id is not None:
        return Outcome(answer, Record(event))
    stream = _ask_stream(hook, facts, reason)
    stream["ended_at"], stream["ended_by"] = hook.received_at, "refused"
    event["only_with"] = stream["id"]
    return Outcome(answer, Record(event, stream_asked=stream))


def settle_report(hook: Hook, facts: Facts, event: LoggedEvent, reason: Reason) -> Outcome:
    answer = Answer(reason, {})
    if facts.stream_id is None:
        return Outcome(answer, Record(event))
    report = read_stream_report(hook.payload, hook.received_at)
    return Outcome(answer, Record(event, stream=(facts.stream_id, report)))


def _ask_stream(hook: Hook, facts: Facts, reason: Reason) -> AskedStream:
    return {
        "id": new_row_id_text(),
        "tenant_id": facts.tenant_id,
        "session_id": facts.session_id,
        "media_session_id": hook.payload.text("mediaSessionId"),
        "kind": ASKING[hook.method.name],
        "alias": hook.payload.text("name"),
        "name": "",
        "scope": "",
        "decision": reason.decision,
        "reason": reason,
        "asked_at": hook.received_at,
        "ends_by": None,
        "ended_at": None,
        "ended_by": "",
        "visitor": facts.session_visitor or "",
    }
