"""Lists in pages: each begins behind the last row of the one before, along an index."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import DateTimeField, Field, QuerySet

from clickhook.api.problems import FieldError, Kind, Problem
from clickhook.api.view import ApiView
from tenants.written_time import parse_time

PAGE = 50  # rows
# Else the planner reads and sorts everything where it believes that there is little.
ALONG_THE_INDEX = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off
"""
BAD_CURSOR = "Take it as `next` of the page before has it."


class Page(NamedTuple):
    rows: list[Any]
    next: str | None  # the address of the next page


def list_page(
    view: ApiView, rows: QuerySet[Any], order: tuple[str, ...], backwards: bool = False
) -> Page:
    """`order`: columns whose values differ for each row, as an index has them.

    `rows` join no other table, because the planner could begin with that one.
    """
    meta = rows.model._meta
    columns = [meta.get_field(name).column for name in order]
    if text := view.parameter("cursor"):
        rows = _after(rows, columns, read_cursor(text, [str] * len(order)), backwards)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONG_THE_INDEX)
        sign = "-" if backwards else ""
        found = list(rows.order_by(*(f"{sign}{column}" for column in columns))[: PAGE + 1])
    if len(found) <= PAGE:
        return Page(found, None)
    last = [str(getattr(found[PAGE - 1], meta.get_field(name).attname)) for name in order]
    return Page(found[:PAGE], next_address(view, write_cursor(last)))


def next_address(view: ApiView, cursor: str) -> str:
    asked = {name: value for name, value in view.request.query_params.items() if name != "cursor"}
    return f"{view.request.path}?{urlencode({**asked, 'cursor': cursor})}"


def write_cursor(values: list[str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(text: str, kinds: list[type]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        values = None
    is_ours = isinstance(values, list) and len(values) == len(kinds)
    if not is_ours or not all(isinstance(one, str) and _is_storable(one) for one in values):
        raise Problem(Kind.MALFORMED, errors=[FieldError("cursor", BAD_CURSOR)])
    return list(values)


def _is_storable(text: str) -> bool:
    """PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair, which JSON can name."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)


def _after(
    rows: QuerySet[Any], columns: list[str], values: list[str], backwards: bool
) -> QuerySet[Any]:
    """One comparison of rows, which PostgreSQL reads along the index."""
    table, meta = rows.model._meta.db_table, rows.model._meta
    names = ", ".join(f'"{table}"."{column}"' for column in columns)
    fields = {field.column: field for field in meta.concrete_fields}
    try:
        given = [
            _prepared(fields[column], value) for column, value in zip(columns, values, strict=True)
        ]
    except (ValueError, ValidationError):
        raise Problem(Kind.MALFORMED, errors=[FieldError("cursor", BAD_CURSOR)]) from None
    marks = ", ".join(["%s"] * len(given))
    beyond = "<" if backwards else ">"
    return rows.extra(where=[f"({names}) {beyond} ({marks})"], params=given)  # noqa: S610 - names are ours


def _prepared(field: Field[Any, Any], text: str) -> Any:
    """Raises ValueError or ValidationError."""
    if not isinstance(field, DateTimeField):
        return field.get_prep_value(text)
    at = parse_time(text)
    if at is None:
        raise ValueError(text)
    return at
