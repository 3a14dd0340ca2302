"""What comes of a page's message: answer and record together."""

from __future__ import annotations

from hooks.facts import Facts
from hooks.hook import Hook
from hooks.messages.facts import MessageFacts
from hooks.messages.ledger import MessageLedger
from hooks.messages.recording import TakenMessage
from hooks.outcome import Answer, Outcome
from hooks.reasons import Decision, Reason
from hooks.recording import LoggedEvent, Record
from hooks.row_id import new_row_id_text
from tenants.plain_text import check_text


def settle_message(
    hook: Hook, facts: Facts, reason: Reason, event: LoggedEvent, ledger: MessageLedger
) -> Outcome:
    if reason.decision is Decision.REFUSED:
        answer = Answer.refusal(reason, event["detail"])
        return Outcome(answer) if facts.instance_id is None else Outcome(answer, Record(event))

    answer = Answer(reason, {})
    if reason is Reason.DUPLICATE:
        return Outcome(answer, Record(event))
    messaging = MessageFacts.from_json(facts.messaging or "{}")
    operation_id = hook.payload.text("operationId")
    if not ledger.take(facts.tenant_id or 0, str(facts.session_id), operation_id, messaging):
        return Outcome(answer, again=True)

    message = _take(hook, facts, messaging)
    event["only_with"], event["detail"] = message["id"], message["operation"]
    return Outcome(answer, Record(event, message=message))


def _take(hook: Hook, facts: Facts, messaging: MessageFacts) -> TakenMessage:
    data = hook.payload["payload"]
    return {
        "id": new_row_id_text(),
        "tenant_id": facts.tenant_id,
        "session_id": facts.session_id,
        "operation_id": hook.payload.text("operationId"),
        "operation": data["operation"],
        "text": check_text(data["text"]),
        "received_at": hook.received_at,
        "minute": messaging.minute,
        "a_minute": messaging.a_minute,
        "a_minute_of_all": messaging.a_minute_of_all,
    }
