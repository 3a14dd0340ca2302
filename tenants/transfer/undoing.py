"""An import taken back: each row as it was before, unless something has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import DO_NOTHING, ForeignObjectRel, Model

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.models import ImportRun, Tenant
from tenants.secrets.encryption import SecretUnreadable, place
from tenants.secrets.fields import key_ring
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.importing import Progress, said
from tenants.transfer.problems import ImportRefused, Problem, Problems
from tenants.transfer.report import Change, Report
from tenants.transfer.rows import Difference
from tenants.transfer.tables import WCS_INSTANCE, Table
from tenants.transfer.writing import staging, writing

NOT_HERS = "It touched rows that are not yours to change."

SINCE = """
SELECT r.label, t.id IS NOT NULL AS is_there, r.after IS NULL AS was_removed, r.after, {image} AS image
  FROM tenants_importedrow r LEFT JOIN {table} t ON t.id = r.key::{type}
 WHERE r.run_id = %(run)s AND r."table" = %(table)s
   AND CASE WHEN r.after IS NULL OR t.id IS NULL THEN (r.after IS NULL) = (t.id IS NOT NULL)
            ELSE NOT {image} @> (r.after - %(unchecked)s::text[]) OR r.after->'tenants' <> {image}->'tenants' END
 ORDER BY r.number
"""
SECRETS = """
SELECT r.label, r.key, t.tenant_id, r.before->>%(column)s, r.after->>%(column)s, t.{column}
  FROM tenants_importedrow r JOIN (SELECT {tenant} AS tenant_id, id, {column} FROM {table}) t ON t.id = r.key::uuid
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
# Of a row that stays only what the import changed; in words, what was before is what will be.
STAGE = """
INSERT INTO import_staging (number, "table", key, label, differences, before, after)
SELECT number, "table", key, label,
       coalesce((SELECT jsonb_agg(CASE WHEN d ? 'how' THEN d || '{"how": "restored"}'
                                       ELSE d || jsonb_build_object('before', d->'after', 'after', d->'before') END)
                   FROM jsonb_array_elements(differences) d), '[]'),
       after,
       CASE WHEN before IS NULL OR after IS NULL THEN before
            ELSE (SELECT jsonb_object_agg(each.key, each.value) FROM jsonb_each(before) each
                   WHERE each.value IS DISTINCT FROM after->each.key) END
  FROM tenants_importedrow WHERE run_id = %s
"""
STAGED = """
SELECT number, "table", label, differences,
       CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'removed' ELSE 'changed' END
  FROM import_staging ORDER BY number
"""


def undo(number: int, allowed: Allowed, dry_run: bool, progress: Progress) -> Report:
    """Raises ImportRefused."""
    problems, report = Problems(), Report(dry_run)
    refusal = said(lambda: _transaction(number, allowed, report, problems, progress))
    if refusal or problems:
        problems.extend([Problem("", refusal)] if refusal else [])
        raise ImportRefused(problems)
    return report


def _transaction(
    number: int, allowed: Allowed, report: Report, problems: Problems, progress: Progress
) -> None:
    key_ring()
    progress("comparing", 0, 0)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().filter(pk=number).first()
        if run is None:
            problems.add("", f"There is no import {number}.")
        elif undone := ImportRun.objects.filter(undoes=run).first():
            report.note = f"Import {number} is undone already, by import {undone.pk}."
        elif not allowed.may_undo(run):
            problems.add("", NOT_HERS)
        else:
            for table in writing.TABLES:
                _check(table, run, problems)
            if not problems:
                _write(run, allowed, report, progress)
        transaction.set_rollback(report.dry_run or bool(problems))


def _check(table: Table, run: ImportRun, problems: Problems) -> None:
    for place_, sentence in [*_changed(table, run), *_secrets(table, run), *_referring(table, run)]:
        problems.add(f"{table.word} {place_}", sentence)


def _changed(table: Table, run: ImportRun) -> Iterator[tuple[str, str]]:
    unchecked = writing.unchecked(table)
    for label, is_there, was_removed, after, image in _rows(SINCE, table, run, unchecked=unchecked):
        if was_removed:
            yield label, "It is there again."
        elif not is_there:
            yield label, "It was deleted since."
        else:
            names = _differing(json.loads(after), json.loads(image), unchecked)
            yield label, f"Changed since: {names}."


def _differing(after: dict[str, Any], image: dict[str, Any], unchecked: list[str]) -> str:
    names = [name for name in after if name not in unchecked and after[name] != image.get(name)]
    return ", ".join(name.removesuffix("_id").replace("_", " ") for name in names)


def _secrets(table: Table, run: ImportRun) -> Iterator[tuple[str, str]]:
    """A token may be another although the secret is the same: keys are rotated."""
    name = table.model._meta.db_table
    tenant = "NULL" if table is WCS_INSTANCE else "tenant_id"
    for column in writing.secret_columns(table):
        for label, key, owner, before, after, now in _rows(
            SECRETS, table, run, tenant=tenant, column=column
        ):
            where, word = place(owner, name, key, column), column.replace("_", " ")
            try:
                same = _opened(after, where) == _opened(now, where)
                _opened(before, where)
            except SecretUnreadable:
                yield (
                    label,
                    f"A {word} does not open with this server's keys (CLICKHOOK_ENCRYPTION_KEYS).",
                )
            else:
                if not same:
                    yield label, f"Changed since: {word}."


def _opened(token: str | None, where: str) -> str:
    return key_ring().open(token, where) if token else ""


def _referring(table: Table, run: ImportRun) -> Iterator[tuple[str, str]]:
    """What refers to a row that the import added and did not come with it."""
    for relation in table.model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete not in (None, DO_NOTHING):
            other = relation.related_model._meta
            through = other.auto_created is not False
            own = WCS_INSTANCE.model._meta.db_table if through else other.db_table
            parts = {"other": other.db_table, "column": relation.field.column, "own_table": own}
            for label, count in _rows(
                REFERRING, table, run, **parts, own_key="wcsinstance_id" if through else "id"
            ):
                yield (
                    label,
                    _refer(count, WCS_INSTANCE.model if through else relation.related_model),
                )


def _refer(count: int, model: type[Model]) -> str:
    one, more = model._meta.verbose_name, model._meta.verbose_name_plural
    return f"1 {one} refers to it now." if count == 1 else f"{count:,} {more} refer to it now."


def _rows(statement: str, table: Table, run: ImportRun, **parts: Any) -> list[Any]:
    with connection.cursor() as cursor:
        values = {"run": run.pk, "table": table.model._meta.db_table, **parts}
        cursor.execute(writing.sql(statement, table, **parts), values)
        return list(cursor.fetchall())


def _write(run: ImportRun, allowed: Allowed, report: Report, progress: Progress) -> None:
    staging.create()
    words = {table.model._meta.db_table: table.word for table in writing.TABLES}
    with connection.cursor() as cursor:
        cursor.execute(STAGE, [run.pk])
        cursor.execute(STAGED)
        for number, name, label, differences, action in cursor.fetchall():
            found = tuple(Difference(**difference) for difference in json.loads(differences))
            report.changes.append(Change(number, action, words[name], label, found))
    progress(f"writing {len(report.changes):,} rows", 0, 0)
    source = f"undo of import {run.pk}"
    tenant = Tenant.objects.filter(pk__in=[run.tenant_id] if run.tenant_id else []).first()
    said = {"by": allowed.user, "source": source, "counts": report.counts}
    done = ImportRun.objects.create(**said, tenant=tenant, undoes=run)
    with as_one_entry(Action.IMPORT_UNDONE, done, name=source):
        staging.analyze()
        writing.write(done.pk)
    report.run = None if report.dry_run else done.pk
