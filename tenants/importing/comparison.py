"""One row against its record: the models' own validation, and what differs."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.importing import sealed
from tenants.importing.existing import Existing
from tenants.importing.problems import Problems
from tenants.importing.rows import Row
from tenants.importing.tables import DOMAIN, WCS_INSTANCE
from tenants.models import Callee


def compare(rows: list[Row], existing: Existing, problems: Problems) -> None:
    """Gives every row its record, changed in memory as the file says."""
    for row in rows:
        record = existing.find(row)
        row.is_new = record is None
        row.record = row.table.model() if row.is_new else record
    for row in rows:
        if row.parent and row.is_new:
            row.record.tenant = row.parent.record
        _check_required(row, problems)
        sealed.compare(row, problems)
        _set_plain(row)
        _validate(row, problems)
    _relate(rows, existing, problems)


def _check_required(row: Row, problems: Problems) -> None:
    if row.is_new and row.is_identified:
        for name in sorted(row.table.required - row.values.keys() - row.wrong):
            problems.add(row.at(name), f"A new {row.table.word} needs this key.")


def _set_plain(row: Row) -> None:
    for name in _plain(row):
        before, after = getattr(row.record, name), row.values[name]
        if name in row.table.natural_key and not row.is_new:
            continue  # it is how the record was found; an origin may be spelled otherwise
        if row.is_new or before != after:
            setattr(row.record, name, after)
        if before != after and not row.is_new:
            _differ(row, name, before, after)


def _differ(row: Row, name: str, before: Any, after: Any) -> None:
    if (row.table, name) == (WCS_INSTANCE, "key"):
        row.differ(name, how="changed")  # no password, but nothing to be pasted into a ticket either
    else:
        row.differ(name, before, after)


def _validate(row: Row, problems: Problems) -> None:
    """Only what the file gives: what it does not mention stays as it is, even if it would not be accepted today."""
    given = set(_plain(row))
    others = {field.name for field in row.record._meta.fields} - given
    for validate in _validations(row, others):
        try:
            validate()
        except ValidationError as error:
            for name, messages in error.update_error_dict({}).items():
                _report(row, name, given, messages, problems)


def _validations(row: Row, others: set[str]) -> list[Any]:
    # Domain.clean asks the database about each row; the rules ask it about all of them at once.
    clean = [] if row.table is DOMAIN or not row.is_identified else [row.record.clean]
    return [lambda: row.record.clean_fields(others), *clean]


def _report(row: Row, name: str, given: set[str], errors: list[ValidationError], problems: Problems) -> None:
    if name != "__all__" and name not in given:
        return
    for message in ValidationError(errors).messages:
        problems.add(row.at(name) if name in given else row.place, message)


def _plain(row: Row) -> list[str]:
    return [name for name in row.values if name not in row.table.secrets | row.table.relations]


def _relate(rows: list[Row], existing: Existing, problems: Problems) -> None:
    callees = {(row.parent, row.values.get("alias")): row.record for row in rows if row.table.model is Callee}
    tenants: dict[Any, models.Model] = {**existing.tenants}
    tenants |= {row.values.get("slug"): row.record for row in rows if row.table.lists}
    for row in rows:
        if "default_callee" in row.values:
            _relate_callee(row, callees, existing, problems)
        if "tenants" in row.values:
            _relate_tenants(row, tenants, problems)


def _relate_callee(row: Row, callees: dict[Any, Any], existing: Existing, problems: Problems) -> None:
    alias, before = row.values["default_callee"], row.record.default_callee
    held = existing.callees.get(row.tenant_slug or "", {})
    after = callees.get((row.parent, alias)) or held.get(alias)
    if alias is not None and after is None:
        problems.add(row.at("default_callee"), "This tenant has no callee of that alias, here or in the database.")
    elif after is not before and (after is None or before is None or after.pk != before.pk):
        row.record.default_callee = after
        row.differ("default_callee", before and before.alias, alias)


def _relate_tenants(row: Row, tenants: dict[Any, Any], problems: Problems) -> None:
    slugs = row.values["tenants"]
    for index, slug in enumerate(slugs):
        if slug is not None and slug not in tenants:
            problems.add(f"{row.at('tenants')}[{index}]", "There is no such tenant, here or in the database.")
        elif slug is not None and slug in slugs[:index]:
            problems.add(f"{row.at('tenants')}[{index}]", "This tenant stands here twice.")
    before = [] if row.is_new else sorted(tenant.slug for tenant in row.record.tenants.all())
    if set(before) != set(slugs):
        row.differ("tenants", before, sorted(slug for slug in slugs if slug))
        row.tenants = [tenants[slug] for slug in slugs if slug in tenants]
