"""JSON schemas of records, keys, endpoints and answers that no import file has."""

from __future__ import annotations

from hooks.models import DataMessage, DataRecipient
from hooks.reasons import Decision, Reason
from tenants.models import WebhookEndpoint
from tenants.webhooks.event_types import EVENT_TYPES
from tests.api.schema_parts import (
    AMOUNT,
    TEXT,
    TEXTS,
    TIME,
    UUID,
    WHOLE,
    YES_OR_NO,
    an_object,
    or_null,
)

CALL = {
    "id": UUID,
    "wcs_call_id": TEXT,
    **dict.fromkeys(("alias", "target", "fallback", "caller", "visitor", "tenant"), TEXT),
    "session": UUID,
    "decision": {"type": "string", "enum": [one.value for one in Decision]},
    "reason": {"type": "string", "enum": [one.value for one in Reason]},
    "asked_at": TIME,
    **dict.fromkeys(("ringing_at", "answered_at", "ended_at"), or_null(TIME)),
    "ended_by": TEXT,
    "sip_status": or_null(WHOLE),
    "seconds": or_null({"type": "number"}),
    "cost": or_null(AMOUNT),
    "currency": TEXT,
}
SESSION = {
    "id": UUID,
    **dict.fromkeys(("wcs_session_id", "app_key", "origin", "sip_login", "visitor"), TEXT),
    "ticketed": YES_OR_NO,
    **dict.fromkeys(("label", "tenant"), TEXT),
    "instance": UUID,
    "opened_at": TIME,
    **dict.fromkeys(("established_at", "ended_at"), or_null(TIME)),
    "ended_by": TEXT,
}
EVENT = {
    "id": WHOLE,
    "hook_id": or_null(UUID),
    "received_at": TIME,
    "method": TEXT,
    "decision": CALL["decision"],
    "reason": CALL["reason"],
    "detail": TEXT,
    "body": {"description": "As it arrived, redacted."},
    "tenant": or_null(TEXT),
    "instance": UUID,
    **dict.fromkeys(("session", "call"), or_null(UUID)),
}
MESSAGE = {
    "id": UUID,
    "tenant": TEXT,
    "to": {"type": "string", "enum": [*DataMessage.To.values]},
    "text": TEXT,
    "by": TEXT,
    "sent_at": TIME,
    "cut": YES_OR_NO,
    "recipients": an_object(dict.fromkeys(DataRecipient.State.values, WHOLE)),
}
BLOCK = {
    "id": WHOLE,
    **dict.fromkeys(("visitor", "display"), TEXT),
    "since": TIME,
    "until": or_null(TIME),
    "because": TEXT,
    "lifted_at": or_null(TIME),
    **dict.fromkeys(("lifted_by", "tenant"), TEXT),
}
SWITCH = {
    "id": WHOLE,
    **dict.fromkeys(("name", "because", "by"), TEXT),
    "on_at": TIME,
    "off_by": TEXT,
    "off_at": or_null(TIME),
    "tenant": or_null(TEXT),
}
ENDPOINT = {
    "id": UUID,
    "tenant": TEXT,
    "url": TEXT,
    "events": {"type": "array", "items": {"type": "string", "enum": [*EVENT_TYPES]}},
    "with_numbers": YES_OR_NO,
    "signature": {"type": "string", "enum": WebhookEndpoint.Signature.values},
    "public_keys": {**TEXTS, "description": "Of ed25519; a second one until it is forgotten."},
    "enabled": YES_OR_NO,
    "disabled_because": TEXT,
    "created_at": TIME,
}
TICKET_KEY = {
    "id": UUID,
    "kid": TEXT,
    "created_at": TIME,
    "retired_at": or_null(TIME),
    "tenant": TEXT,
}
RATE = {
    "tenant": TEXT,
    "prefix": TEXT,
    **dict.fromkeys(("per_minute", "connect_fee"), AMOUNT),
    **dict.fromkeys(("first_increment", "next_increment"), WHOLE),
    "currency": TEXT,
}
WAITING_RAISE = {
    "field": {**TEXT, "description": "Like limits.calls_per_day."},
    "row": TEXT,
    "now": {"description": "What holds until a second person confirms the raise."},
    "asked": {"description": "What was asked for."},
    "holds_at": {**TIME, "description": "When it holds also where nobody decided."},
    "page": {**TEXT, "description": "Where a second person confirms it."},
}
REPORT = {
    **dict.fromkeys(("status", "note"), TEXT),
    "dry_run": YES_OR_NO,
    "import": or_null(WHOLE),
    "counts": {"type": "object", "additionalProperties": WHOLE},
    "changes": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    "warnings": TEXTS,
}
IMPORT = {
    "id": WHOLE,
    "at": TIME,
    "by": {**TEXT, "description": "Empty: an operator's command, or a key."},
    "source": TEXT,
    "tenant": {**or_null(TEXT), "description": "Null: rows of several tenants, or of none."},
    "counts": REPORT["counts"],
    **dict.fromkeys(("undoes", "undone_by"), or_null(WHOLE)),
}
ERROR = {
    "pointer": {**TEXT, "description": "A JSON pointer into the body, or a parameter's name."},
    "detail": TEXT,
}
PROBLEM = {
    **dict.fromkeys(("type", "title", "detail"), TEXT),
    "status": WHOLE,
    "errors": {"type": "array", "items": an_object(ERROR)},
    "more_errors": WHOLE,
}
ENDED_CALL = dict.fromkeys(("call", "tenant", "alias", "result", "sentence"), TEXT)
ENDED_STREAM = dict.fromkeys(("stream", "tenant", "alias", "result", "sentence"), TEXT)
SWITCHED = {
    "name": TEXT,
    "state": {"type": "string", "enum": ["on", "off"]},
    "was_on": YES_OR_NO,
    "calls": {"type": "array", "items": an_object(ENDED_CALL)},
    "streams": {"type": "array", "items": an_object(ENDED_STREAM)},
}
SECRET = {"secret": {**TEXT, "description": "Shown this once."}}
