"""An import taken back: each row as it was before, unless something has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import DO_NOTHING, ForeignObjectRel, Model

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.limits_changed import limits_changed
from tenants.models import ImportRun, Tenant
from tenants.secrets.encryption import SecretUnreadable, place
from tenants.secrets.fields import key_ring
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.importing import Progress, carry_out, rate_counts
from tenants.transfer.lowered import refuse_lower_prices
from tenants.transfer.problems import Problems
from tenants.transfer.raised import refuse_raises, refuse_unbounded
from tenants.transfer.report import Report
from tenants.transfer.served_apps import refuse_unclear_apps
from tenants.transfer.tables import TABLES, WCS_INSTANCE, Table
from tenants.transfer.writing import applying, staging

NOT_ALLOWED = "It touched rows that you may not change."
OUR_KEYS = "this server's keys (CLICKHOOK_ENCRYPTION_KEYS)"

SINCE = """
SELECT r.label, t.id IS NOT NULL AS is_there, r.after IS NULL AS was_removed, r.after,
       {image} AS image
  FROM tenants_importedrow r LEFT JOIN {table} t ON t.id = r.key::{type}
 WHERE r.run_id = %(run)s AND r."table" = %(table)s
   AND CASE WHEN r.after IS NULL OR t.id IS NULL THEN (r.after IS NULL) = (t.id IS NOT NULL)
            ELSE EXISTS (SELECT FROM jsonb_each(r.after - %(unchecked)s::text[]) AS written
                          WHERE {image}->written.key IS DISTINCT FROM written.value) END
 ORDER BY r.number
"""
SECRETS = """
SELECT r.label, r.key, t.tenant_id, r.before->>%(column)s, r.after->>%(column)s, t.{column}
  FROM tenants_importedrow r
  JOIN (SELECT {tenant} AS tenant_id, id, {column} FROM {table}) t ON t.id = r.key::uuid
 WHERE r.run_id = %(run)s AND r."table" = %(table)s AND r.after IS NOT NULL
   AND (r.after->>%(column)s <> t.{column} OR r.before->>%(column)s <> r.after->>%(column)s)
"""
REFERRING = """
SELECT r.label, count(*)
  FROM tenants_importedrow r JOIN {other} x ON x.{column} = r.key::{type}
 WHERE r.run_id = %(run)s AND r."table" = %(table)s AND r.before IS NULL
   AND NOT EXISTS (SELECT FROM tenants_importedrow own WHERE own.run_id = r.run_id
                      AND own."table" = %(own_table)s AND own.key = x.{own_key}::text)
 GROUP BY r.number, r.label ORDER BY r.number
"""
# For a row that stays, only what the import changed; its differences are turned around.
STAGE = """
INSERT INTO import_staging (number, "table", key, label, differences, before, after)
SELECT number, "table", key, label,
       coalesce((SELECT jsonb_agg(CASE WHEN d ? 'how' THEN d || '{"how": "restored"}'
                                       ELSE d || jsonb_build_object('before', d->'after',
                                                                    'after', d->'before') END)
                   FROM jsonb_array_elements(differences) d), '[]'),
       after,
       CASE WHEN before IS NULL OR after IS NULL THEN before
            ELSE (SELECT jsonb_object_agg(each.key, each.value) FROM jsonb_each(before) each
                   WHERE each.value IS DISTINCT FROM after->each.key) END
  FROM tenants_importedrow WHERE run_id = %s
"""


def undo(number: int, allowed: Allowed, dry_run: bool, progress: Progress) -> Report:
    """Raises ImportRefused."""
    undoing = _Undoing(number, allowed, Report(dry_run), Problems(), progress)
    carry_out(undoing.run, undoing.problems)
    return undoing.report


@dataclass
class _Undoing:
    number: int
    allowed: Allowed
    report: Report
    problems: Problems
    progress: Progress

    def run(self) -> None:
        key_ring()  # fails here, and not after the comparison
        self.progress("comparing", 0, 0)

        with transaction.atomic():
            import_run = ImportRun.objects.select_for_update().filter(pk=self.number).first()
            if import_run is None:
                self.problems.add("", f"There is no import {self.number}.")
            elif undone := ImportRun.objects.filter(undoes=import_run).first():
                note = f"Import {self.number} is undone already, by import {undone.pk}."
                self.report.note = note
            elif not self.allowed.may_undo(import_run):
                self.problems.add("", NOT_ALLOWED)
            else:
                self._check_and_write(import_run)
            transaction.set_rollback(self.report.dry_run or bool(self.problems))

    def _check_and_write(self, import_run: ImportRun) -> None:
        for table in TABLES:
            for label, sentence in _obstacles(table, import_run):
                self.problems.add(f"{table.kind} {label}", sentence)

        if not self.problems:
            self._stage(import_run)
            refuse_raises(self.allowed, self.problems)
            if import_run.tenant and rate_counts(self.report):
                refuse_lower_prices(import_run.tenant, self.allowed, self.problems)
        if not self.problems:
            self.progress(f"writing {len(self.report.changes):,} rows", 0, 0)
            self._write(import_run)
            refuse_unbounded(self.allowed, self.problems)
            refuse_unclear_apps(self.allowed, self.problems)

    def _stage(self, import_run: ImportRun) -> None:
        staging.create_table()
        with connection.cursor() as cursor:
            cursor.execute(STAGE, [import_run.pk])
        self.report.changes = list(staging.staged_changes())

    def _write(self, import_run: ImportRun) -> None:
        tenant_ids = [import_run.tenant_id] if import_run.tenant_id else []
        undo_run = ImportRun.objects.create(
            by=self.allowed.user,
            source=f"undo of import {import_run.pk}",
            counts=self.report.counts,
            tenant=Tenant.objects.filter(pk__in=tenant_ids).first(),
            undoes=import_run,
        )
        after = rate_counts(self.report)
        with as_one_entry(Action.IMPORT_UNDONE, undo_run, name=undo_run.source, after=after):
            staging.analyze_table()
            applying.apply_staged(undo_run.pk)
        limits_changed.send(ImportRun, tenant_ids=staging.staged_tenant_ids())
        self.report.run = None if self.report.dry_run else undo_run.pk


def _obstacles(table: Table, import_run: ImportRun) -> Iterator[tuple[str, str]]:
    """The labels of rows that cannot be put back, each with a sentence that says why."""
    yield from _changed_rows(table, import_run)
    yield from _changed_secrets(table, import_run)
    yield from _referring_rows(table, import_run)


def _changed_rows(table: Table, import_run: ImportRun) -> Iterator[tuple[str, str]]:
    unchecked = applying.unchecked_columns(table)
    rows = _fetch(SINCE, table, import_run, unchecked=unchecked)
    for label, is_there, was_removed, after, image in rows:
        if was_removed:
            yield label, "It is there again."
        elif not is_there:
            yield label, "It was deleted since."
        else:
            names = _differing_names(json.loads(after), json.loads(image), unchecked)
            yield label, f"Changed since: {names}."


def _differing_names(after: dict[str, Any], image: dict[str, Any], unchecked: list[str]) -> str:
    names = [name for name in after if name not in unchecked and after[name] != image.get(name)]
    return ", ".join(name.removesuffix("_id").replace("_", " ") for name in names)


def _changed_secrets(table: Table, import_run: ImportRun) -> Iterator[tuple[str, str]]:
    """A token may be another although the secret is the same: keys are rotated."""
    tenant = "NULL" if table is WCS_INSTANCE else "tenant_id"
    for column in applying.secret_columns(table):
        title = column.replace("_", " ")
        rows = _fetch(SECRETS, table, import_run, tenant=tenant, column=column)
        for label, key, tenant_id, before, after, now in rows:
            where = place(tenant_id, table.name, key, column)
            try:
                is_same = _open_token(after, where) == _open_token(now, where)
                _open_token(before, where)
            except SecretUnreadable:
                yield label, f"A {title} does not open with {OUR_KEYS}."
            else:
                if not is_same:
                    yield label, f"Changed since: {title}."


def _open_token(token: str | None, where: str) -> str:
    return key_ring().open(token, where) if token else ""


def _referring_rows(table: Table, import_run: ImportRun) -> Iterator[tuple[str, str]]:
    """Rows that refer to a row of the import and did not come with it."""
    instances = WCS_INSTANCE.model
    for relation in table.model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete not in (None, DO_NOTHING):
            other = relation.related_model._meta
            is_through = other.auto_created is not False
            rows = _fetch(
                REFERRING,
                table,
                import_run,
                other=other.db_table,
                column=relation.field.column,
                own_table=instances._meta.db_table if is_through else other.db_table,
                own_key=_own_key(relation, is_through),
            )
            for label, count in rows:
                yield (
                    label,
                    _reference_sentence(count, instances if is_through else relation.related_model),
                )


def _own_key(relation: ForeignObjectRel, is_through: bool) -> str:
    """By which column a row of an import is found; tables of no import may have no id."""
    own = {table.model for table in TABLES}
    if is_through:
        return "wcsinstance_id"
    return "id" if relation.related_model in own else str(relation.field.column)


def _reference_sentence(count: int, model: type[Model]) -> str:
    one, many = model._meta.verbose_name, model._meta.verbose_name_plural
    return f"1 {one} refers to it now." if count == 1 else f"{count:,} {many} refer to it now."


def _fetch(template: str, table: Table, import_run: ImportRun, **parts: Any) -> list[Any]:
    values = {"run": import_run.pk, "table": table.name, **parts}
    with connection.cursor() as cursor:
        cursor.execute(applying.fill(template, table, **parts), values)
        return list(cursor.fetchall())
