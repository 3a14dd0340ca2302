"""What is staged, written set by set, in an order in which no constraint of the tables is broken on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from tenants.secrets.fields import SecretField
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TENANT, WCS_INSTANCE, Table

TABLES = (TENANT, CALLEE, DOMAIN, SIP_ACCOUNT, WCS_INSTANCE)
# Whoever gives something up goes first: the default callee, a domain's subdomains.
GIVES_UP = {CALLEE: '{"default": false}', DOMAIN: '{"include_subdomains": false}'}

# The rows as they are, locked; whatever is not as it was when it was compared is missing here.
KEEP = """
INSERT INTO tenants_importedrow (run_id, number, "table", key, label, differences, before, after)
SELECT %(run)s, number, "table", key, label, differences, image, CASE WHEN after IS NOT NULL THEN image || after END
  FROM (SELECT s.*, {image} AS image
          FROM import_staging s JOIN {table} t ON t.id = s.key::{type}
         WHERE s."table" = %(table)s AND s.before IS NOT NULL
         ORDER BY t.id
           FOR NO KEY UPDATE OF t) current
 WHERE image @> (before - %(unchecked)s::text[])
   AND (before->'tenants' IS NULL OR before->'tenants' = image->'tenants')
"""
KEEP_NEW = """
INSERT INTO tenants_importedrow (run_id, number, "table", key, label, differences, before, after)
SELECT %(run)s, s.number, s."table", s.key, s.label, s.differences, NULL, {image}
  FROM import_staging s JOIN {table} t ON t.id = s.key::{type}
 WHERE s."table" = %(table)s AND s.before IS NULL
"""
STAGED = """SELECT "table", count(before) FROM import_staging GROUP BY "table" """
DELETE = """
DELETE FROM {table} t USING import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after IS NULL AND t.id = s.key::{type}
"""
UPDATE = """
UPDATE {table} t SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(t, s.after))
  FROM import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after IS NOT NULL AND t.id = s.key::{type}
   AND (s.after @> %(gives_up)s::jsonb) = %(first)s
"""
INSERT = """
INSERT INTO {table} ({columns})
SELECT {columns} FROM (SELECT (jsonb_populate_record(NULL::{table}, after)).* FROM import_staging
                        WHERE "table" = %(table)s AND before IS NULL ORDER BY number) added
"""
# Two instances may exchange their keys.
STEP_ASIDE = """
UPDATE {table} t SET key = gen_random_uuid()::text
  FROM import_staging s WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after ? 'key' AND t.id = s.key::{type}
"""
TENANTS = "coalesce((SELECT jsonb_agg(tenant_id ORDER BY tenant_id) FROM {through} WHERE wcsinstance_id = t.id), '[]')"
TAKE_TENANTS = """
DELETE FROM {through} t USING import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND t.wcsinstance_id = s.key::uuid
   AND (s.after IS NULL OR s.after ? 'tenants' AND NOT s.after->'tenants' @> to_jsonb(t.tenant_id))
"""
GIVE_TENANTS = """
INSERT INTO {through} (wcsinstance_id, tenant_id)
SELECT key::uuid, tenant::bigint FROM import_staging, jsonb_array_elements_text(after->'tenants') tenant
 WHERE "table" = %(table)s AND after ? 'tenants'
ON CONFLICT DO NOTHING
"""


class Raced(Exception):
    """Somebody changed a row after it was compared."""


def write(run: int) -> None:
    """Inside a transaction. Raises django.db.Error and Raced."""
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        staged = dict(cursor.fetchall())
        tables = [table for table in TABLES if table.model._meta.db_table in staged]
        for table in tables:
            cursor.execute(
                sql(KEEP, table), {**_values(table), "run": run, "unchecked": unchecked(table)}
            )
            if cursor.rowcount != staged[table.model._meta.db_table]:
                raise Raced
        for table in tables:
            _write(cursor, table, run)
    connection.check_constraints()  # now, and not only at a commit that a dry run never comes to


def _write(cursor: Any, table: Table, run: int) -> None:
    values = {**_values(table), "run": run}
    for statement, more in _statements(table):
        cursor.execute(sql(statement, table), values | more)


def _statements(table: Table) -> Iterator[tuple[str, dict[str, Any]]]:
    if table is WCS_INSTANCE:
        yield TAKE_TENANTS, {}
        yield STEP_ASIDE, {}
    yield DELETE, {}
    for first in (True, False):
        yield UPDATE, {"gives_up": GIVES_UP.get(table, "{}"), "first": first}
    yield INSERT, {}
    if table is WCS_INSTANCE:
        yield GIVE_TENANTS, {}
    yield KEEP_NEW, {}


def image(table: Table) -> str:
    """The row t as JSON, with the tenants of an instance."""
    tenants = f" || jsonb_build_object('tenants', {TENANTS})" if table is WCS_INSTANCE else ""
    return f"(to_jsonb(t){tenants})"


def unchecked(table: Table) -> list[str]:
    """What may differ from what was seen before: secrets, which are sealed anew now and then, and what no person edits."""
    fields = table.model._meta.concrete_fields
    machine = [str(field.column) for field in fields if not (field.editable or field.primary_key)]
    return [*secret_columns(table), *machine]


def secret_columns(table: Table) -> list[str]:
    return [
        str(field.column)
        for field in table.model._meta.concrete_fields
        if isinstance(field, SecretField)
    ]


def _values(table: Table) -> dict[str, Any]:
    return {"table": table.model._meta.db_table}


def sql(statement: str, table: Table, **more: str) -> str:
    model = table.model
    quoted = [f'"{field.column}"' for field in model._meta.concrete_fields]
    through = WCS_INSTANCE.fields["tenants"].remote_field.through._meta.db_table  # type: ignore[union-attr]
    key = "uuid" if table in (SIP_ACCOUNT, WCS_INSTANCE) else "bigint"
    parts = {
        "table": model._meta.db_table,
        "columns": ", ".join(quoted),
        "type": key,
        "image": image(table),
    }
    return statement.format(**parts, **more, through=through).replace("{through}", through)
