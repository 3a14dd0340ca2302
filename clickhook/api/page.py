"""The page of the API for people, made from the same document that programs read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join

from clickhook.api.openapi import read_document
from clickhook.api.problems import Kind

REMARK = "description"
USUAL = {
    ("GET", False): "Lists them.",
    ("GET", True): "Shows one.",
    ("POST", False): "Adds one.",
    ("PATCH", True): "Changes what the body names.",
    ("DELETE", True): "Deletes it.",
}  # by method, and whether the address is that of one row


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
        "about": [_marked(part) for part in document["info"][REMARK].split("\n\n")],
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
    usual = USUAL.get((method.upper(), path.endswith("}")), "")
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        _marked(told.get(REMARK, usual)),
        [_parameter(one) for one in told.get("parameters", [])],
        list(_fields(told.get("requestBody", {}))),
        list(_fields(good)),
        ", ".join(map(str, sorted(statuses))),
    )


def _parameter(told: dict[str, Any]) -> Field:
    where = "" if told["in"] == "query" else f", in the {told['in']}"
    kind = f"{kind_text(told['schema'])}{where}"
    about = _marked(told.get(REMARK, ""))
    return Field(told["name"], kind, told.get("required", False), about)


def _fields(holder: dict[str, Any]) -> Iterator[Field]:
    yield from _schema_fields(
        holder.get("content", {}).get("application/json", {}).get("schema", {})
    )


def _schema_fields(schema: dict[str, Any]) -> Iterator[Field]:
    """Those of a list's rows too: nobody has to look for what a Tenant is."""
    resolved = _resolve(schema)
    for name, one in resolved.get("properties", {}).items():
        is_required = name in resolved.get("required", [])
        yield Field(name, kind_text(one), is_required, _marked(one.get(REMARK, "")))
        if name == "items":
            yield from (row._replace(name=f"… {row.name}") for row in _schema_fields(one["items"]))


def _marked(text: str) -> str:
    """What stands between back quotes is code."""
    parts = enumerate(text.split("`"))
    marks = ("{}", "<code>{}</code>")
    return format_html_join("", "{}", ((format_html(marks[at % 2], part),) for at, part in parts))


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
