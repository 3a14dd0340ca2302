"""May a page send this message? Facts in, a Reason out; no clock and no database.

Source of the hook: docs.flashphoner.com, "Data exchange - OnDataEvent".
"""

from __future__ import annotations

from typing import Any

from hooks.messages.facts import MessageFacts
from hooks.payloads import Payload
from hooks.reasons import Reason
from tenants.plain_text import BadText, check_text

KEYS = {"operation", "text"}


def decide_message(payload: Payload, messaging: str | None, visitor_blocked: bool) -> Reason:
    """Of a living session of a tenant that is served: whoever calls has looked at that."""
    facts = MessageFacts.from_json(messaging) if messaging else None
    if facts is not None and facts.known:
        return Reason.DUPLICATE
    if facts is None or not facts.operations:
        return Reason.MESSAGES_OFF
    if visitor_blocked:
        return Reason.VISITOR_BLOCKED
    return _content(payload["payload"], facts) or _pace(facts) or Reason.ALLOWED


def _content(data: Any, facts: MessageFacts) -> Reason | None:
    if not isinstance(data, dict) or data.keys() != KEYS:
        return Reason.MESSAGE_NOT_TEXT
    operation, text = data["operation"], data["text"]
    if not isinstance(operation, str) or not isinstance(text, str):
        return Reason.MESSAGE_NOT_TEXT
    if operation not in facts.operations:
        return Reason.MESSAGE_OPERATION
    if len(text) > facts.longest or len(text.encode(errors="replace")) > facts.longest:
        return Reason.MESSAGE_TOO_LONG
    try:
        check_text(text)
    except BadText:
        return Reason.MESSAGE_NOT_TEXT
    return None


def _pace(facts: MessageFacts) -> Reason | None:
    if facts.sent >= facts.a_minute:
        return Reason.MESSAGE_PACE
    return Reason.MESSAGE_PACE_OF_ALL if facts.sent_by_all >= facts.a_minute_of_all else None
