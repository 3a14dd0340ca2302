"""The small schemas that others are made of."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
UUID: dict[str, Any] = {"type": "string", "format": "uuid"}
WHOLE: dict[str, Any] = {"type": "integer"}
YES_OR_NO: dict[str, Any] = {"type": "boolean"}
AMOUNT: dict[str, Any] = {"type": "string", "examples": ["20.00"]}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}


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
