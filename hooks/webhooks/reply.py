"""What a customer's system answers to a visitor's message goes back to the visitor's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import orjson

from hooks.webhooks.attempt import Outcome
from tenants.plain_text import BadText, check_text
from tenants.webhooks.event_types import EventType


def read_reply(outcome: Outcome) -> dict[str, Any] | None:
    """The parameters of the statement that sends it; None where there is nothing to send.

    Only `{"text": "…"}` is an answer to the visitor, so that an "OK" of a server never is.
    """
    delivery = outcome.delivery
    if delivery.type != EventType.MESSAGE_RECEIVED or outcome.answer.failure is not None:
        return None
    try:
        given = orjson.loads(outcome.answer.reply)
        text = check_text(given["text"]) if isinstance(given["text"], str) else None
    except (ValueError, TypeError, KeyError, BadText):
        return None
    if text is None:
        return None
    return {
        # A message may be delivered twice, and its answer is sent once.
        "message": uuid5(delivery.uid, str(delivery.endpoint_id)),
        "tenant": delivery.tenant_id,
        "session": UUID(str(delivery.data["session_id"])),
        "text": text,
        "by": delivery.host,
    }
