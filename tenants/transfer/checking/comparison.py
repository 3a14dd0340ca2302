"""Rows against their records: the models' own validation, and what differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import AutoField

from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.existing import Existing, reserve_keys
from tenants.transfer.checking.secret_values import compare_secrets
from tenants.transfer.checking.structured import add_differences, read_structured
from tenants.transfer.checking.whole_file import WholeFile
from tenants.transfer.problems import Problems
from tenants.transfer.rows import Row, rows_of_table
from tenants.transfer.tables import CALLEE, DOMAIN, LISTS, TENANT, WCS_INSTANCE

NO_TENANT = "There is no such tenant."
NO_TENANT_ANYWHERE = "There is no such tenant, here or in the database."
ADMINISTRATORS_ONLY = "WCS instances are imported by a platform administrator."


def compare_rows(
    rows: list[Row], existing: Existing, whole: WholeFile, allowed: Allowed, problems: Problems
) -> list[Row]:
    """Gives every row its record, changed in memory as the file says.

    Rows whose tenant does not exist are left out.
    """
    rows = [row for row in rows if _find_record(row, existing, allowed, problems)]
    _reserve_keys(rows)

    for row in rows:
        if row.parent and (row.is_new or row.table is not DOMAIN):  # a domain may be another's
            row.record.tenant = row.parent.record
        _check_required(row, problems)
        compare_secrets(row, problems)
        read_structured(row, problems)
        _set_plain_fields(row)
        if row.table is CALLEE:
            row.record.set_number()
        _validate(row, problems)

    whole.add_rows(rows, existing)
    _set_relations(rows, existing, whole, problems)
    return rows


def _find_record(row: Row, existing: Existing, allowed: Allowed, problems: Problems) -> bool:
    if row.table is WCS_INSTANCE and not allowed.everything:
        problems.add(row.place, ADMINISTRATORS_ONLY)
        return False
    if row.parent and not _find_parent(row, row.parent, existing, problems):
        return False

    record = existing.find_record(row)
    if record is None and row.table is TENANT and not allowed.everything:
        problems.add(row.place_of("slug"), NO_TENANT)
        return False

    row.is_new = record is None
    row.record = row.table.model() if row.is_new else record
    return True


def _find_parent(row: Row, parent: Row, existing: Existing, problems: Problems) -> bool:
    """A document has a row for the tenant itself; a table only names it."""
    if parent.record is None and row.columns is not None and parent.key:
        parent.record = existing.tenants.get(parent.key[0])
        if parent.record is None:
            problems.add(row.place_of("tenant"), NO_TENANT)
    return parent.record is not None


def _reserve_keys(rows: list[Row]) -> None:
    for table in [*LISTS.values(), *TENANT.lists.values()]:
        new = [row for row in rows_of_table(table, rows) if row.is_new]
        if new and isinstance(table.model._meta.pk, AutoField):
            for row, key in zip(new, reserve_keys(table, len(new)), strict=True):
                row.record.pk = key


def _check_required(row: Row, problems: Problems) -> None:
    if not (row.is_new and row.is_identified):
        return

    for name in sorted(row.table.required - row.values.keys() - row.wrong):
        if row.columns is None:
            needed = "this key"
        else:
            needed = "this" if name in row.columns else f"the column {name}"
        problems.add(row.place_of(name), f"A new {row.table.kind} needs {needed}.")


def _set_plain_fields(row: Row) -> None:
    for name in _given_fields(row):
        before, after = getattr(row.record, name), row.values[name]
        in_natural_key = name in row.table.natural_key
        if in_natural_key and not row.is_new:
            continue  # the record was found by it; an origin may be spelled differently

        if row.is_new or before != after:
            setattr(row.record, name, after)
        if before != after and not in_natural_key:
            _note_difference(row, name, before, after)


def _note_difference(row: Row, name: str, before: Any, after: Any) -> None:
    """For a new row, what differs from the defaults."""
    row.before[str(row.table.fields[name].column)] = before
    if (row.table, name) == (WCS_INSTANCE, "key"):
        # Not a password, but nothing to be pasted into a ticket either.
        row.add_difference(name, how=row.how_given)
    else:
        add_differences(row, name, None if row.is_new else before, after)


def _validate(row: Row, problems: Problems) -> None:
    """Only the fields that the file gives: others stay, even if they would be refused today."""
    given = set(_given_fields(row))
    others = {field.name for field in row.record._meta.fields} - given

    for validate in _validations(row, others):
        try:
            validate()
        except ValidationError as error:
            for name, messages in error.update_error_dict({}).items():
                _note_errors(row, name, given, messages, problems)


def _validations(row: Row, others: set[str]) -> list[Callable[[], None]]:
    # Domain.clean asks the database about each row; WholeFile asks about all of them at once.
    clean = [] if row.table is DOMAIN or not row.is_identified else [row.record.clean]
    return [lambda: row.record.clean_fields(others), *clean]


def _note_errors(
    row: Row, name: str, given: set[str], errors: list[ValidationError], problems: Problems
) -> None:
    if name != "__all__" and name not in given:
        return
    for message in ValidationError(errors).messages:
        problems.add(row.place_of(name) if name in given else row.place, message)


def _given_fields(row: Row) -> list[str]:
    return [name for name in row.values if name in row.table.plain]


def _set_relations(
    rows: list[Row], existing: Existing, whole: WholeFile, problems: Problems
) -> None:
    callees = {
        (row.tenant_slug, row.values.get("alias")): row.record
        for row in rows_of_table(CALLEE, rows)
    }
    for row in rows:
        if "default_callee" in row.values:
            alias = row.values["default_callee"]
            key = (row.tenant_slug, alias)
            callee = callees.get(key) or existing.find_callee(*key)
            if alias is not None and callee is None:
                whole.later.append(row)  # it may stand further down
            else:
                set_default_callee(row, alias, callee and callee.pk)
        if "tenants" in row.values:
            _set_tenants(row, existing, whole, problems)


def set_default_callee(row: Row, alias: str | None, key: int | None) -> None:
    before = row.record.default_callee
    if key != (before and before.pk):
        row.before["default_callee_id"] = before and before.pk
        row.add_difference("default_callee", before and before.alias, alias)
        row.record.default_callee_id = key


def _set_tenants(row: Row, existing: Existing, whole: WholeFile, problems: Problems) -> None:
    slugs = row.values["tenants"]
    keys = whole.new_tenants | {slug: tenant.pk for slug, tenant in existing.tenants.items()}
    _check_tenants(row, slugs, keys, problems)

    before = {} if row.is_new else {tenant.slug: tenant.pk for tenant in row.record.tenants.all()}
    row.tenants = sorted(before.values())
    if set(before) != set(slugs):
        row.before["tenants"] = row.tenants
        row.add_difference("tenants", sorted(before), sorted(slug for slug in slugs if slug))
        row.tenants = sorted(keys[slug] for slug in slugs if slug in keys)


def _check_tenants(
    row: Row, slugs: list[str | None], keys: dict[str, int], problems: Problems
) -> None:
    for index, slug in enumerate(slugs):
        place = f"{row.place_of('tenants')}[{index}]"
        if slug is not None and slug not in keys:
            problems.add(place, NO_TENANT_ANYWHERE)
        elif slug is not None and slug in slugs[:index]:
            problems.add(place, "This tenant is given twice.")
