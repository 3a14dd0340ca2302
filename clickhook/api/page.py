"""The page of the API for people, made from the same document that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from clickhook.api.openapi import read_document
from clickhook.api.problems import Kind

REMARK = "description"


class Field(NamedTuple):
    name: str
    kind: str
    required: bool
    about: str


class Operation(NamedTuple):
    id: str
    method: str
    path: str
    about: str
    parameters: list[Field]
    body: list[Field]
    answers: list[Field]  # of what is answered
    statuses: str


def page(request: HttpRequest) -> HttpResponse:
    """Public, as the document is: it holds no secret."""
    document = read_document()
    context = {
        "about": document["info"][REMARK],
        "resources": _resources(),
        "problems": [*Kind],
    }
    return TemplateResponse(request, "clickhook/api.html", context)


@cache
def _resources() -> dict[str, list[Operation]]:
    """The operations, by their resource."""
    resources: dict[str, list[Operation]] = {}
    for path, methods in read_document()["paths"].items():
        for method, told in methods.items():
            resources.setdefault(told["tags"][0], []).append(_operation(path, method, told))
    return resources


def _operation(path: str, method: str, told: dict[str, Any]) -> Operation:
    statuses = [int(status) for status in told["responses"]]
    good = told["responses"][str(min(statuses))]
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        told.get(REMARK, ""),
        [_parameter(one) for one in told.get("parameters", [])],
        list(_fields(told.get("requestBody", {}))),
        list(_fields(good)),
        ", ".join(map(str, sorted(statuses))),
    )


def _parameter(told: dict[str, Any]) -> Field:
    where = "" if told["in"] == "query" else f", in the {told['in']}"
    kind = f"{kind_text(told['schema'])}{where}"
    return Field(told["name"], kind, told.get("required", False), told.get(REMARK, ""))


def _fields(holder: dict[str, Any]) -> Iterator[Field]:
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    resolved = _resolve(schema)
    for name, one in resolved.get("properties", {}).items():
        is_required = name in resolved.get("required", [])
        yield Field(name, kind_text(one), is_required, one.get(REMARK, ""))


def kind_text(schema: dict[str, Any]) -> str:
    """In few words, like `list of text` or `whole number or null`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"])) if len(schema["enum"]) <= 12 else "a word"
    if "anyOf" in schema:
        return " or ".join(map(kind_text, schema["anyOf"]))
    kinds = schema.get("type", "any")
    if kinds == "array":
        return f"list of {kind_text(schema['items'])}"
    named = [kinds] if isinstance(kinds, str) else kinds
    return str(schema.get("format") or " or ".join(map(str, named)))


def _resolve(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = read_document()["components"]["schemas"][kind_text(schema)]
    return found
