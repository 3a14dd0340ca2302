"""JSON schemas of what the API takes and shows, from the models' fields where they tell it."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clickhook.api.shown import shown_fields
from tenants.limits import MONEY, Limits, VisitorLimits
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, STREAM, TENANT, WCS_INSTANCE, Table
from tests.api.record_schemas import (
    BLOCK,
    CALL,
    ENDPOINT,
    EVENT,
    IMPORT,
    MESSAGE,
    PROBLEM,
    RATE,
    REPORT,
    SECRET,
    SESSION,
    SWITCH,
    SWITCHED,
    TICKET_KEY,
    WAITING_RAISE,
)
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
    ref,
)

RAISING = (TENANT, DOMAIN, CALLEE, SIP_ACCOUNT, STREAM)  # their limits are raised by two people
NAMES = {
    TENANT: "Tenant",
    DOMAIN: "Domain",
    CALLEE: "Callee",
    SIP_ACCOUNT: "SipAccount",
    STREAM: "Stream",
    WCS_INSTANCE: "WcsInstance",
}


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
    "message_operations": TEXTS,
    "fallback": {"type": "array", "items": _FALLBACK_ENTRY},
}


def components() -> dict[str, Any]:
    visitor = {name: _limit(name) for name in VisitorLimits._fields}
    limits = {name: _limit(name) for name in Limits._fields if name != "visitor"}
    rows = {}
    for table, name in NAMES.items():
        rows[name] = shown(table)
        if table in RAISING:
            waiting = {"waiting_raises": {"type": "array", "items": ref("WaitingRaise")}}
            properties = rows[name]["properties"]
            rows[f"{name}InPart"] = an_object({**properties, **waiting})
        rows[f"New{name}"] = taken(table, is_new=True)
        rows[f"Changed{name}"] = taken(table, is_new=False)
    changed = {name: ENDPOINT[name] for name in ("url", "events", "with_numbers", "enabled")}
    new = {
        name: ENDPOINT[name] for name in ("tenant", "url", "events", "with_numbers", "signature")
    }
    return {
        **rows,
        "Limits": an_object({**limits, "visitor": an_object(visitor, [])}, []),
        "Destinations": an_object({"countries": TEXTS, "types": TEXTS}, []),
        "WaitingRaise": an_object(WAITING_RAISE),
        "Call": an_object(CALL),
        "Session": an_object(SESSION),
        "Event": an_object(EVENT),
        "VisitorBlock": an_object(BLOCK),
        "NewVisitorBlock": an_object(
            {**dict.fromkeys(("tenant", "visitor", "because"), TEXT), "until": TIME},
            ["tenant", "visitor", "because"],
        ),
        "Message": an_object(MESSAGE, [name for name in MESSAGE if name != "recipients"]),
        "NewMessage": an_object(
            {**dict.fromkeys(("tenant", "text"), TEXT), "to": MESSAGE["to"], "id": UUID},
            ["tenant", "text", "to"],
        ),
        "KillSwitch": an_object(SWITCH),
        "Switching": an_object(dict.fromkeys(("kind", "name", "state", "because"), TEXT)),
        "Switched": an_object(SWITCHED),
        "WebhookEndpoint": an_object(ENDPOINT),
        "WebhookEndpointWithSecret": an_object({**ENDPOINT, **SECRET}, [*ENDPOINT]),
        "Rotation": an_object({"signature": ENDPOINT["signature"]}, []),
        "NewWebhookEndpoint": an_object(new, ["tenant", "url"]),
        "ChangedWebhookEndpoint": an_object(changed, []),
        "TicketKey": an_object(TICKET_KEY),
        "TicketKeyWithSecret": an_object({**TICKET_KEY, **SECRET}),
        "NewTicketKey": an_object({"tenant": TEXT}),
        "Rate": an_object(RATE),
        "Import": an_object(IMPORT),
        "Report": an_object(REPORT, [name for name in REPORT if name != "note"]),
        "TestSent": an_object({"message": UUID}),
        "Replay": an_object(
            {"message": UUID, "since": TIME, "until": TIME, "which": {"const": "given_up"}}, []
        ),
        "Replayed": an_object({"messages": WHOLE, "more": YES_OR_NO}),
        "Problem": an_object(PROBLEM, ["type", "title", "status", "detail"]),
    }
