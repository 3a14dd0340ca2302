"""JSON schemas of what the API takes and shows, from the models' fields where they tell it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clickhook.api.shown import shown_fields
from hooks.reasons import Decision, Reason
from tenants.limits import MONEY, Limits, VisitorLimits
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TENANT, WCS_INSTANCE, Table
from tenants.webhooks.event_types import EVENT_TYPES

TEXT: dict[str, Any] = {"type": "string"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
WHOLE: dict[str, Any] = {"type": "integer"}
YES_OR_NO: dict[str, Any] = {"type": "boolean"}
AMOUNT: dict[str, Any] = {"type": "string", "examples": ["20.00"]}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
NAMES = {
    TENANT: "Tenant",
    DOMAIN: "Domain",
    CALLEE: "Callee",
    SIP_ACCOUNT: "SipAccount",
    WCS_INSTANCE: "WcsInstance",
}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    return {**schema, "type": [schema["type"], "null"]}


def an_object(
    properties: dict[str, Any], required: list[str] | None = None, **more: Any
) -> dict[str, Any]:
    """Without `required`, all are there."""
    needed = [*properties] if required is None else required
    listed = {"required": needed} if needed else {}
    return {
        "type": "object",
        "properties": properties,
        **listed,
        "additionalProperties": False,
        **more,
    }


def a_list_of(schema: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": schema}
    following = {**or_null(TEXT), "description": "Address of the next page; null: the last one."}
    return an_object({"items": items, "next": following})


def field_schema(field: models.Field[Any, Any]) -> dict[str, Any]:
    schema = _NAMED.get(field.name) or _typed(field)
    if field.null:
        schema = or_null(schema)
    about = str(getattr(field, "help_text", ""))
    return {**schema, "description": about} if about and "$ref" not in schema else schema


def _typed(field: models.Field[Any, Any]) -> dict[str, Any]:
    if field.many_to_many:
        return TEXTS
    if isinstance(field, models.BooleanField):
        return YES_OR_NO
    if isinstance(field, models.DecimalField):
        return AMOUNT
    if isinstance(field, models.IntegerField):
        return {**WHOLE, **_range(field)}
    if field.choices:
        return {"type": "string", "enum": [value for value, _ in field.choices]}
    longest = {"maxLength": field.max_length} if field.max_length else {}
    return {"type": "string", **longest}


def _range(field: models.Field[Any, Any]) -> dict[str, int]:
    found = {}
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            found["minimum"] = max(validator.limit_value, found.get("minimum", 0))
        elif isinstance(validator, MaxValueValidator):
            found["maximum"] = min(validator.limit_value, found.get("maximum", 2**53))
    return found


def shown(table: Table) -> dict[str, Any]:
    properties: dict[str, Any] = {"id": UUID if _has_uuid(table) else WHOLE}
    if table in TENANT.lists.values():
        properties["tenant"] = TEXT
    properties |= {name: field_schema(table.fields[name]) for name in shown_fields(table)}
    if table is WCS_INSTANCE:
        properties["rest_api"] = an_object({"url": TEXT, "user": TEXT})
        properties["signs"] = YES_OR_NO
    return an_object(properties)


def taken(table: Table, is_new: bool) -> dict[str, Any]:
    names = [name for name in table.fields if not name.startswith("rest_api_")]
    properties: dict[str, Any] = {name: field_schema(table.fields[name]) for name in names}
    for name in table.secrets & properties.keys():
        properties[name] |= {"type": "string", "writeOnly": True}
    required = [name for name in names if name in table.required] if is_new else []
    if table in TENANT.lists.values():
        properties = {"tenant": {**TEXT, "description": "Its short name."}, **properties}
        required = ["tenant", *required] if is_new else []
    for name, inner in table.lists.items():
        properties[name] = {"type": "array", "items": _inner(inner)}
    if table is WCS_INSTANCE:
        parts = {"url": TEXT, "user": TEXT, "password": {**TEXT, "writeOnly": True}}
        properties["rest_api"] = or_null(an_object(parts, []))
    return an_object(properties, required)


def _inner(table: Table) -> dict[str, Any]:
    schema = taken(table, is_new=False)
    properties = {name: one for name, one in schema["properties"].items() if name != "tenant"}
    return an_object(properties, list(table.natural_key))


def _has_uuid(table: Table) -> bool:
    return isinstance(table.model._meta.pk, models.UUIDField)


def _limit(name: str) -> dict[str, Any]:
    """Null lifts it."""
    if name in MONEY:
        return {"type": ["string", "number", "null"], "examples": ["20.00"]}
    return or_null({**WHOLE, "minimum": 0})


_HOURS = {
    "type": "object",
    "additionalProperties": TEXTS,
    "examples": [{"mon-fri": ["09:00-17:00"], "sat": []}],
}
_FALLBACK_ENTRY = {
    "anyOf": [TEXT, {"type": "object", "additionalProperties": True}],
}
_NAMED: dict[str, dict[str, Any]] = {
    "limits": ref("Limits"),
    "destinations": ref("Destinations"),
    "hours": _HOURS,
    "holidays": {"type": "array", "items": {"type": "string", "format": "date"}},
    "fallback": {"type": "array", "items": _FALLBACK_ENTRY},
}
_CALL = {
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
_SESSION = {
    "id": UUID,
    **dict.fromkeys(("wcs_session_id", "app_key", "origin", "sip_login", "visitor"), TEXT),
    "ticketed": YES_OR_NO,
    **dict.fromkeys(("label", "tenant"), TEXT),
    "instance": UUID,
    "opened_at": TIME,
    **dict.fromkeys(("established_at", "ended_at"), or_null(TIME)),
    "ended_by": TEXT,
}
_EVENT = {
    "id": WHOLE,
    "hook_id": or_null(UUID),
    "received_at": TIME,
    "method": TEXT,
    "decision": _CALL["decision"],
    "reason": _CALL["reason"],
    "detail": TEXT,
    "body": {"description": "As it arrived, redacted."},
    "tenant": or_null(TEXT),
    "instance": UUID,
    **dict.fromkeys(("session", "call"), or_null(UUID)),
}
_BLOCK = {
    "id": WHOLE,
    **dict.fromkeys(("visitor", "display"), TEXT),
    "since": TIME,
    "until": or_null(TIME),
    "because": TEXT,
    "lifted_at": or_null(TIME),
    **dict.fromkeys(("lifted_by", "tenant"), TEXT),
}
_SWITCH = {
    "id": WHOLE,
    **dict.fromkeys(("name", "because", "by"), TEXT),
    "on_at": TIME,
    "off_by": TEXT,
    "off_at": or_null(TIME),
    "tenant": or_null(TEXT),
}
_ENDPOINT = {
    "id": UUID,
    "tenant": TEXT,
    "url": TEXT,
    "events": {"type": "array", "items": {"type": "string", "enum": [*EVENT_TYPES]}},
    "with_numbers": YES_OR_NO,
    "enabled": YES_OR_NO,
    "disabled_because": TEXT,
    "created_at": TIME,
}
_TICKET_KEY = {
    "id": UUID,
    "kid": TEXT,
    "created_at": TIME,
    "retired_at": or_null(TIME),
    "tenant": TEXT,
}
_RATE = {
    "tenant": TEXT,
    "prefix": TEXT,
    **dict.fromkeys(("per_minute", "connect_fee"), AMOUNT),
    **dict.fromkeys(("first_increment", "next_increment"), WHOLE),
    "currency": TEXT,
}
_REPORT = {
    **dict.fromkeys(("status", "note"), TEXT),
    "dry_run": YES_OR_NO,
    "import": or_null(WHOLE),
    "counts": {"type": "object", "additionalProperties": WHOLE},
    "changes": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    "warnings": TEXTS,
}
_ERROR = {
    "pointer": {**TEXT, "description": "A JSON pointer into the body, or a parameter's name."},
    "detail": TEXT,
}
_PROBLEM = {
    **dict.fromkeys(("type", "title", "detail"), TEXT),
    "status": WHOLE,
    "errors": {"type": "array", "items": an_object(_ERROR)},
    "more_errors": WHOLE,
}
_ENDED_CALL = dict.fromkeys(("call", "tenant", "alias", "result", "sentence"), TEXT)
_SWITCHED = {
    "name": TEXT,
    "state": {"type": "string", "enum": ["on", "off"]},
    "was_on": YES_OR_NO,
    "calls": {"type": "array", "items": an_object(_ENDED_CALL)},
}
_SECRET = {"secret": {**TEXT, "description": "Shown this once."}}


def components() -> dict[str, Any]:
    visitor = {name: _limit(name) for name in VisitorLimits._fields}
    limits = {name: _limit(name) for name in Limits._fields if name != "visitor"}
    rows = {}
    for table, name in NAMES.items():
        rows[name] = shown(table)
        rows[f"New{name}"] = taken(table, is_new=True)
        rows[f"Changed{name}"] = taken(table, is_new=False)
    changed = {name: _ENDPOINT[name] for name in ("url", "events", "with_numbers", "enabled")}
    new = {name: _ENDPOINT[name] for name in ("tenant", "url", "events", "with_numbers")}
    return {
        **rows,
        "Limits": an_object({**limits, "visitor": an_object(visitor, [])}, []),
        "Destinations": an_object({"countries": TEXTS, "types": TEXTS}, []),
        "Call": an_object(_CALL),
        "Session": an_object(_SESSION),
        "Event": an_object(_EVENT),
        "VisitorBlock": an_object(_BLOCK),
        "NewVisitorBlock": an_object(
            {**dict.fromkeys(("tenant", "visitor", "because"), TEXT), "until": TIME},
            ["tenant", "visitor", "because"],
        ),
        "KillSwitch": an_object(_SWITCH),
        "Switching": an_object(dict.fromkeys(("kind", "name", "state", "because"), TEXT)),
        "Switched": an_object(_SWITCHED),
        "WebhookEndpoint": an_object(_ENDPOINT),
        "WebhookEndpointWithSecret": an_object({**_ENDPOINT, **_SECRET}),
        "NewWebhookEndpoint": an_object(new, ["tenant", "url"]),
        "ChangedWebhookEndpoint": an_object(changed, []),
        "TicketKey": an_object(_TICKET_KEY),
        "TicketKeyWithSecret": an_object({**_TICKET_KEY, **_SECRET}),
        "NewTicketKey": an_object({"tenant": TEXT}),
        "Rate": an_object(_RATE),
        "Report": an_object(_REPORT, [name for name in _REPORT if name != "note"]),
        "TestSent": an_object({"message": UUID}),
        "Replay": an_object(
            {"message": UUID, "since": TIME, "until": TIME, "which": {"const": "given_up"}}, []
        ),
        "Replayed": an_object({"messages": WHOLE, "more": YES_OR_NO}),
        "Problem": an_object(_PROBLEM, ["type", "title", "status", "detail"]),
    }
