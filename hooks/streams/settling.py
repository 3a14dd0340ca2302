"""What comes of a hook about a stream: answer and record together."""

from __future__ import annotations

from datetime import datetime, timedelta

from hooks.facts import Facts
from hooks.hook import Hook
from hooks.outcome import Answer, Outcome
from hooks.reasons import Reason
from hooks.recording import LoggedEvent, Record
from hooks.row_id import new_row_id_text
from hooks.streams.facts import StreamFacts
from hooks.streams.ledger import StreamLedgers
from hooks.streams.lifecycle import read_stream_report
from hooks.streams.methods import ASKING, ending_answer, stream_answer
from hooks.streams.recording import AskedStream
from hooks.streams.weighing import weigh_stream


def settle_asked(
    hook: Hook, facts: Facts, event: LoggedEvent, ledgers: StreamLedgers, now: datetime
) -> Outcome:
    """Of a stream that the policy allows: the limits decide."""
    kind = ASKING[hook.method.name]
    if event["reason"] == Reason.DUPLICATE:
        body = stream_answer(facts.stream_name or "", kind)
        return Outcome(Answer(Reason.DUPLICATE, body), Record(event))

    alias = StreamFacts.from_json(facts.streaming or "{}")
    ledger = ledgers.open(facts.tenant_id or 0, alias)
    if not ledger.note_asked(str(facts.session_id), hook.payload.text("mediaSessionId")):
        # The same stream twice in one batch: it is decided again, when the first is recorded.
        return Outcome(Answer.refusal(Reason.OVERLOADED), again=True)
    verdict = weigh_stream(alias, kind, ledger)
    if verdict.reason is not Reason.ALLOWED:
        # Some that have ended may be counted still: those go first.
        if ledger.more_have_ended and verdict.reason is not Reason.WORKER_AWAY:
            return Outcome(Answer.refusal(verdict.reason), again=True)
        return refuse_asked(hook, facts, event, verdict.reason, verdict.detail)

    stream = _ask_stream(hook, facts, Reason.ALLOWED)
    stream["name"], stream["scope"] = alias.name or "", f"streams alias {alias.alias_id}"
    stream["ends_by"] = now + timedelta(seconds=alias.longest_seconds or 0)
    event["only_with"] = stream["id"]
    body = stream_answer(stream["name"], kind)
    return Outcome(Answer(Reason.ALLOWED, body), Record(event, stream_asked=stream))


def refuse_asked(
    hook: Hook, facts: Facts, event: LoggedEvent, reason: Reason, detail: str = ""
) -> Outcome:
    """A refused stream has a record too, if it is known whose it was."""
    event["decision"], event["reason"], event["detail"] = reason.decision, reason, detail
    answer = Answer.refusal(reason, detail)
    if facts.session_id is None or facts.stream_id is not None:
        return Outcome(answer, Record(event))
    stream = _ask_stream(hook, facts, reason)
    stream["ended_at"], stream["ended_by"] = hook.received_at, "refused"
    event["only_with"] = stream["id"]
    return Outcome(answer, Record(event, stream_asked=stream))


def settle_end(facts: Facts, event: LoggedEvent) -> Outcome:
    """WCS reports the end itself: nothing has ended yet."""
    return Outcome(Answer(Reason.ALLOWED, ending_answer(facts.stream_name or "")), Record(event))


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
