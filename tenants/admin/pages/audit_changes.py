"""The changes of an audit entry: field by field, as people read them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, Field, Model
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from tenants.admin.display import format_time
from tenants.admin.scoped import visible_rows
from tenants.models import AuditEntry

EMPTY = "-"


class FieldChange(NamedTuple):
    field: str
    before: str
    after: str


def field_changes(entry: AuditEntry, request: HttpRequest) -> list[FieldChange]:
    fields = _table_fields(entry.object_table)
    order = {name: number for number, name in enumerate(fields)}
    names = sorted({**entry.before, **entry.after}, key=lambda name: order.get(name, 0))
    return [
        FieldChange(
            _field_title(name, fields.get(name)),
            _value_text(entry.before.get(name), fields.get(name), request),
            _value_text(entry.after.get(name), fields.get(name), request),
        )
        for name in names
    ]


def _table_fields(table: str) -> dict[str, Field[Any, Any]]:
    """By column; empty if this version does not know the table."""
    models = apps.get_models(include_auto_created=True)
    named = [model for model in models if model._meta.db_table == table]
    return {field.attname: field for model in named for field in model._meta.concrete_fields}


def _field_title(name: str, field: Field[Any, Any] | None) -> str:
    return str(field.verbose_name) if field else name.replace("_", " ").replace(":", " ")


def _value_text(value: Any, field: Field[Any, Any] | None, request: HttpRequest) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if field is not None and field.is_relation:
        return _related_text(field, value, request)
    if isinstance(field, DateTimeField):
        return format_time(parse_datetime(str(value)))
    return str(dict(field.flatchoices).get(value, value)) if field and field.choices else str(value)


def _related_text(field: Field[Any, Any], key: Any, request: HttpRequest) -> str:
    """The row's current name, if it still exists and the user may see it."""
    # It is a name only before the apps are loaded.
    model: type[Model] = field.related_model  # type: ignore[assignment]
    try:
        row = visible_rows(model._default_manager.all(), request).filter(pk=key).first()
    except (FieldDoesNotExist, ValidationError, ValueError):  # the key is no longer valid
        row = None
    return f"{row} ({key})" if row else str(key)
