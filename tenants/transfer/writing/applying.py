"""What is staged, written table by table, in an order in which no constraint is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection

from tenants.models import Callee, WcsInstance
from tenants.secrets.fields import SecretField
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TABLES, WCS_INSTANCE, Table

THROUGH = WcsInstance.tenants.through._meta.db_table
# A row that gives something up goes first: the former default callee, a domain's subdomains.
GIVES_UP = {CALLEE: '{"default": false}', DOMAIN: '{"include_subdomains": false}'}

# The stored rows, locked; a row that changed after it was compared is missing here.
KEEP = """
INSERT INTO tenants_importedrow (run_id, number, "table", key, label, differences, before, after)
SELECT %(run)s, number, "table", key, label, differences, image,
       CASE WHEN after IS NOT NULL THEN image || after END
  FROM (SELECT s.*, {image} AS image
          FROM import_staging s JOIN {table} t ON t.id = s.key::{type}
         WHERE s."table" = %(table)s AND s.before IS NOT NULL
         ORDER BY t.id
           FOR NO KEY UPDATE OF t) current
 WHERE NOT EXISTS (SELECT FROM jsonb_each(before - %(unchecked)s::text[]) AS seen
                    WHERE image->seen.key IS DISTINCT FROM seen.value)
"""
KEEP_NEW = """
INSERT INTO tenants_importedrow (run_id, number, "table", key, label, differences, before, after)
SELECT %(run)s, s.number, s."table", s.key, s.label, s.differences, NULL, {image}
  FROM import_staging s JOIN {table} t ON t.id = s.key::{type}
 WHERE s."table" = %(table)s AND s.before IS NULL
"""
STAGED = 'SELECT "table", count(before) FROM import_staging GROUP BY "table"'
DELETE = """
DELETE FROM {table} t USING import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after IS NULL AND t.id = s.key::{type}
"""
UPDATE = """
UPDATE {table} t SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(t, s.after))
  FROM import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after IS NOT NULL
   AND t.id = s.key::{type}
   AND (s.after @> %(gives_up)s::jsonb) = %(first)s
"""
INSERT = """
INSERT INTO {table} ({columns})
SELECT {columns} FROM (SELECT (jsonb_populate_record(NULL::{table}, after)).* FROM import_staging
                        WHERE "table" = %(table)s AND before IS NULL ORDER BY number) added
"""
MOVED = """
SELECT key::bigint FROM import_staging
 WHERE "table" = 'tenants_tenant' AND before IS NOT NULL AND after ? 'country'
"""
# Two instances may exchange their keys.
STEP_ASIDE = """
UPDATE {table} t SET key = gen_random_uuid()::text
  FROM import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND s.after ? 'key' AND t.id = s.key::{type}
"""
TENANTS = """coalesce((SELECT jsonb_agg(tenant_id ORDER BY tenant_id)
                    FROM {through} WHERE wcsinstance_id = t.id), '[]')"""
TAKE_TENANTS = """
DELETE FROM {through} t USING import_staging s
 WHERE s."table" = %(table)s AND s.before IS NOT NULL AND t.wcsinstance_id = s.key::uuid
   AND (s.after IS NULL OR s.after ? 'tenants' AND NOT s.after->'tenants' @> to_jsonb(t.tenant_id))
"""
GIVE_TENANTS = """
INSERT INTO {through} (wcsinstance_id, tenant_id)
SELECT key::uuid, tenant::bigint
  FROM import_staging, jsonb_array_elements_text(after->'tenants') tenant
 WHERE "table" = %(table)s AND after ? 'tenants'
ON CONFLICT DO NOTHING
"""


class Raced(Exception):
    """Somebody changed a row after it was compared."""


def apply_staged(run_id: int) -> None:
    """To be called inside a transaction. Raises django.db.Error and Raced."""
    write_staged_tables(run_id)
    # Now, and not only at a commit, which a dry run never reaches.
    connection.check_constraints()


def write_staged_tables(run_id: int) -> None:
    """The same, but constraints are not checked yet. Raises django.db.Error and Raced."""
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        stored = dict(cursor.fetchall())
        tables = [table for table in TABLES if table.name in stored]

        for table in tables:
            values: dict[str, Any] = {"table": table.name, "run": run_id}
            cursor.execute(fill(KEEP, table), values | {"unchecked": unchecked_columns(table)})
            if cursor.rowcount != stored[table.name]:
                raise Raced

        for table in tables:
            for template, more in _templates(table):
                cursor.execute(fill(template, table), {"table": table.name, "run": run_id, **more})

        cursor.execute(MOVED)
        moved = [key for (key,) in cursor.fetchall()]

    Callee.objects.filter(tenant__in=moved).renumber()


def _templates(table: Table) -> Iterator[tuple[str, dict[str, Any]]]:
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


def fill(template: str, table: Table, **more: str) -> str:
    """The statement for this table; `{image}` is its row t as JSON."""
    columns = [f'"{field.column}"' for field in table.model._meta.concrete_fields]
    return template.format(
        table=table.name,
        columns=", ".join(columns),
        type="uuid" if table in (SIP_ACCOUNT, WCS_INSTANCE) else "bigint",
        image=_row_image(table),
        through=THROUGH,
        **more,
    )


def _row_image(table: Table) -> str:
    if table is not WCS_INSTANCE:
        return "to_jsonb(t)"
    return f"(to_jsonb(t) || jsonb_build_object('tenants', {TENANTS.format(through=THROUGH)}))"


def unchecked_columns(table: Table) -> list[str]:
    """What may differ from what was read: secrets, which are resealed, and what nobody edits."""
    fields = table.model._meta.concrete_fields
    machine = [str(field.column) for field in fields if not (field.editable or field.primary_key)]
    return [*secret_columns(table), *machine]


def secret_columns(table: Table) -> list[str]:
    fields = table.model._meta.concrete_fields
    return [str(field.column) for field in fields if isinstance(field, SecretField)]
