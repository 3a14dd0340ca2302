"""An entry's before and after, field by field and in words."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.http import HttpRequest

from tenants.admin.scoped import hers
from tenants.models import AuditEntry

WORDS = {True: "yes", False: "no"}
NOTHING = "-"


class Change(NamedTuple):
    field: str
    before: str
    after: str


def changes(entry: AuditEntry, request: HttpRequest) -> list[Change]:
    fields = _fields(entry.object_table)
    names = sorted(
        {**entry.before, **entry.after},
        key=lambda name: list(fields).index(name) if name in fields else 0,
    )
    return [
        Change(
            _title(name, fields.get(name)),
            _shown(entry.before, name, fields.get(name), request),
            _shown(entry.after, name, fields.get(name), request),
        )
        for name in names
    ]


def _fields(table: str) -> dict[str, Field[Any, Any]]:
    """By column; none where this version knows no such table."""
    found = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table == table
    ]
    return {field.attname: field for model in found for field in model._meta.concrete_fields}


def _title(name: str, field: Field[Any, Any] | None) -> str:
    return str(field.verbose_name) if field else name.replace("_", " ").replace(":", " ")


def _shown(
    side: dict[str, Any], name: str, field: Field[Any, Any] | None, request: HttpRequest
) -> str:
    value = side.get(name)
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return WORDS[value]
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if field is not None and field.is_relation:
        return _related(field, value, request)
    return str(dict(field.flatchoices).get(value, value)) if field and field.choices else str(value)


def _related(field: Field[Any, Any], key: Any, request: HttpRequest) -> str:
    """By its name of today, if it is still there and hers to see."""
    model: type[Model] = field.related_model  # type: ignore[assignment]  # a name only before the apps are loaded
    try:
        row = hers(model._default_manager.all(), request).filter(pk=key).first()
    except (FieldDoesNotExist, ValidationError, ValueError):  # such a key is none any more
        row = None
    return f"{row} ({key})" if row else str(key)
