"""The changes to be written, in a temporary table: each row before, after, and its differences."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.transfer.report import RowChange
from tenants.transfer.rows import Difference, Row
from tenants.transfer.tables import TABLES

CREATE = """
DROP TABLE IF EXISTS pg_temp.import_staging;
CREATE TEMPORARY TABLE import_staging (
    number integer, "table" text, key text, label text, differences jsonb, before jsonb, after jsonb
) ON COMMIT DROP
"""
COPY = 'COPY import_staging (number, "table", key, label, differences, before, after) FROM STDIN'
STAGED = """
SELECT number, "table", label, differences,
       CASE WHEN before IS NULL THEN 'added' WHEN after IS NULL THEN 'removed' ELSE 'changed' END
  FROM import_staging ORDER BY number
"""
CALLEE_KEYS = """
SELECT (after->>'tenant_id')::bigint, after->>'alias', key::bigint
  FROM import_staging
  JOIN unnest(%s::bigint[], %s::text[]) AS given (tenant, alias)
    ON (after->>'tenant_id')::bigint = given.tenant AND after->>'alias' = given.alias
 WHERE "table" = 'tenants_callee' AND before IS NULL
"""

TENANTS = """
SELECT DISTINCT CASE "table" WHEN 'tenants_tenant' THEN key
                             ELSE coalesce(before, after)->>'tenant_id' END::bigint
  FROM import_staging
"""


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)


def analyze_table() -> None:
    """The statements that follow are planned for as many rows as there are."""
    with connection.cursor() as cursor:
        cursor.execute('ANALYZE import_staging (number, "table", key)')


def add_rows(rows: Iterable[Row]) -> None:
    """Those that are new or differ."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            if row.is_new or row.differences:
                copy.write_row(_columns(row))


def staged_changes() -> Iterator[RowChange]:
    kinds = {table.name: table.kind for table in TABLES}
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        for number, name, label, encoded, action in cursor.fetchall():
            differences = tuple(Difference(**item) for item in json.loads(encoded or "[]"))
            yield RowChange(number, action, kinds[name], label, differences)


def staged_callee_keys(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The primary keys of new callees, by tenant and alias."""
    tenants, aliases = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(CALLEE_KEYS, [list(tenants), list(aliases)])
        return {(tenant, alias): key for tenant, alias, key in cursor.fetchall()}


def staged_tenant_ids() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(TENANTS)
        return [key for (key,) in cursor.fetchall() if key is not None]


def _columns(row: Row) -> tuple[Any, ...]:
    before = None if row.is_new else _encode(row.before)
    differences = _encode([difference.as_json() for difference in row.differences])
    after = _encode(dict(_new_values(row)))
    key = str(row.record.pk)
    return row.number, row.table.name, key, row.label, differences, before, after


def _new_values(row: Row) -> Iterator[tuple[str, Any]]:
    """For a stored row only what differs, so that others' changes of other fields survive."""
    differing = {difference.field.partition(".")[0] for difference in row.differences}
    if "signing_secret" in differing:
        differing.add("previous_signing_secret")
    if "password" in differing:
        differing |= {"next_password", "next_since"}
    if "target" in differing:
        differing.add("number")

    for field in row.record._meta.concrete_fields:
        if row.is_new or field.name in differing:
            yield field.column, field.pre_save(row.record, row.is_new)  # which seals a secret
    if "tenants" in differing:
        yield "tenants", row.tenants


def _json_value(value: datetime | Decimal | UUID) -> str | float:
    """As PostgreSQL writes it; the columns have few enough digits for a float."""
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


_encode = json.JSONEncoder(default=_json_value).encode
