"""Rows against their records: the models' own validation, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import AutoField

from tenants.transfer.checking import sealed
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.existing import Existing, reserve
from tenants.transfer.checking.rules import WholeFile
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row, of
from tenants.transfer.tables import CALLEE, DOMAIN, LISTS, TENANT, WCS_INSTANCE

NO_TENANT = "There is no such tenant."
NOT_HERS = "WCS instances are imported by a platform administrator."


def compare(
    rows: list[Row], existing: Existing, whole: WholeFile, allowed: Allowed, problems: Problems
) -> list[Row]:
    """Gives every row its record, changed in memory as the file says. Those whose tenant is not there are left out."""
    rows = [row for row in rows if _find(row, existing, allowed, problems)]
    _number(rows)
    for row in rows:
        if row.parent and row.is_new:
            row.record.tenant = row.parent.record
        _check_required(row, problems)
        sealed.compare(row, problems)
        _set_plain(row)
        _validate(row, problems)
    whole.see(rows, existing)
    _relate(rows, existing, whole, problems)
    return rows


def _find(row: Row, existing: Existing, allowed: Allowed, problems: Problems) -> bool:
    if row.table is WCS_INSTANCE and not allowed.everything:
        problems.add(row.place, NOT_HERS)
        return False
    if row.parent and not _owner(row, row.parent, existing, problems):
        return False
    record = existing.find(row)
    if record is None and row.table is TENANT and not allowed.everything:
        problems.add(row.at("slug"), NO_TENANT)
        return False
    row.is_new = record is None
    row.record = row.table.model() if row.is_new else record
    return True


def _owner(row: Row, parent: Row, existing: Existing, problems: Problems) -> bool:
    """A document says itself what is wrong with its tenant; a table only names it."""
    if parent.record is None and row.columns is not None and parent.key:
        parent.record = existing.tenants.get(parent.key[0])
        if parent.record is None:
            problems.add(row.at("tenant"), NO_TENANT)
    return parent.record is not None


def _number(rows: list[Row]) -> None:
    for table in [*LISTS.values(), *TENANT.lists.values()]:
        new = [row for row in of(table, rows) if row.is_new]
        if new and isinstance(table.model._meta.pk, AutoField):
            for row, key in zip(new, reserve(table, len(new)), strict=True):
                row.record.pk = key


def _check_required(row: Row, problems: Problems) -> None:
    if row.is_new and row.is_identified:
        for name in sorted(row.table.required - row.values.keys() - row.wrong):
            needed = (
                "this key"
                if row.columns is None
                else "this"
                if name in row.columns
                else f"the column {name}"
            )
            problems.add(row.at(name), f"A new {row.table.word} needs {needed}.")


def _set_plain(row: Row) -> None:
    for name in _plain(row):
        before, after = getattr(row.record, name), row.values[name]
        is_known_by_it = name in row.table.natural_key
        if is_known_by_it and not row.is_new:
            continue  # it is how the record was found; an origin may be spelled otherwise
        if row.is_new or before != after:
            setattr(row.record, name, after)
        if before != after and not is_known_by_it:
            _differ(row, name, before, after)


def _differ(row: Row, name: str, before: Any, after: Any) -> None:
    """Of a new row, what is not as any new one has it."""
    row.before[name] = before
    if (row.table, name) == (WCS_INSTANCE, "key"):
        row.differ(
            name, how=row.how_given
        )  # no password, but nothing to be pasted into a ticket either
    else:
        row.differ(name, None if row.is_new else before, after)


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


def _validations(row: Row, others: set[str]) -> list[Callable[[], None]]:
    # Domain.clean asks the database about each row; the rules ask it about all of them at once.
    clean = [] if row.table is DOMAIN or not row.is_identified else [row.record.clean]
    return [lambda: row.record.clean_fields(others), *clean]


def _report(
    row: Row, name: str, given: set[str], errors: list[ValidationError], problems: Problems
) -> None:
    if name != "__all__" and name not in given:
        return
    for message in ValidationError(errors).messages:
        problems.add(row.at(name) if name in given else row.place, message)


def _plain(row: Row) -> list[str]:
    return [name for name in row.values if name not in row.table.special]


def _relate(rows: list[Row], existing: Existing, whole: WholeFile, problems: Problems) -> None:
    callees = {(row.tenant_slug, row.values.get("alias")): row.record for row in of(CALLEE, rows)}
    for row in rows:
        if "default_callee" in row.values:
            alias = row.values["default_callee"]
            callee = callees.get((row.tenant_slug, alias)) or existing.callee(
                row.tenant_slug, alias
            )
            if alias is not None and callee is None:
                whole.later.append(row)  # it may stand further down
            else:
                relate_callee(row, alias, callee and callee.pk)
        if "tenants" in row.values:
            _relate_tenants(row, existing, whole, problems)


def relate_callee(row: Row, alias: str | None, key: int | None) -> None:
    before = row.record.default_callee
    if key != (before and before.pk):
        row.before["default_callee_id"] = before and before.pk
        row.differ("default_callee", before and before.alias, alias)
        row.record.default_callee_id = key


def _relate_tenants(row: Row, existing: Existing, whole: WholeFile, problems: Problems) -> None:
    slugs = row.values["tenants"]
    keys = whole.new_tenants | {slug: tenant.pk for slug, tenant in existing.tenants.items()}
    for index, slug in enumerate(slugs):
        if slug is not None and slug not in keys:
            problems.add(
                f"{row.at('tenants')}[{index}]", "There is no such tenant, here or in the database."
            )
        elif slug is not None and slug in slugs[:index]:
            problems.add(f"{row.at('tenants')}[{index}]", "This tenant stands here twice.")
    before = {} if row.is_new else {tenant.slug: tenant.pk for tenant in row.record.tenants.all()}
    row.tenants = sorted(before.values())
    if set(before) != set(slugs):
        row.before["tenants"] = row.tenants
        row.differ("tenants", sorted(before), sorted(slug for slug in slugs if slug))
        row.tenants = sorted(keys[slug] for slug in slugs if slug in keys)
