"""What is to be written, in a table of this transaction alone: each row as it was, as it is to be, and in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.transfer.report import difference_as_json
from tenants.transfer.rows import Row

CREATE = """
DROP TABLE IF EXISTS pg_temp.import_staging;
CREATE TEMPORARY TABLE import_staging (
    number integer, "table" text, key text, label text, differences jsonb, before jsonb, after jsonb
) ON COMMIT DROP
"""
COPY = 'COPY import_staging (number, "table", key, label, differences, before, after) FROM STDIN'


def create() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CREATE)


def analyze() -> None:
    """The statements that follow are planned for as many rows as there are."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE import_staging")


def add(rows: Iterable[Row]) -> None:
    """Those that are new or differ."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in rows:
            if row.is_new or row.differences:
                copy.write_row(_line(row))


def keys_of_callees(pairs: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Of new callees, by tenant and alias."""
    tenants, aliases = zip(*pairs, strict=True)
    query = """
        SELECT (after->>'tenant_id')::bigint, after->>'alias', key::bigint FROM import_staging
          JOIN unnest(%s::bigint[], %s::text[]) AS given (tenant, alias)
            ON (after->>'tenant_id')::bigint = given.tenant AND after->>'alias' = given.alias
         WHERE "table" = 'tenants_callee' AND before IS NULL"""
    with connection.cursor() as cursor:
        cursor.execute(query, [list(tenants), list(aliases)])
        return {(tenant, alias): key for tenant, alias, key in cursor.fetchall()}


def _line(row: Row) -> tuple[Any, ...]:
    before = None if row.is_new else _json(row.before)
    words = _json([difference_as_json(difference) for difference in row.differences])
    name = row.table.model._meta.db_table
    return row.number, name, str(row.record.pk), row.label, words, before, _json(dict(_after(row)))


def _after(row: Row) -> Iterator[tuple[str, Any]]:
    """Of a row that is there only what differs, so that somebody else's change of another field survives."""
    differing = {difference.field for difference in row.differences}
    if "signing_secret" in differing:
        differing.add("previous_signing_secret")
    for field in row.record._meta.concrete_fields:
        if row.is_new or field.name in differing:
            yield field.column, field.pre_save(row.record, row.is_new)
    if "tenants" in differing:
        yield "tenants", row.tenants


def _text(value: datetime | UUID) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


_json = json.JSONEncoder(default=_text).encode
