"""Rows as a file that imports again and changes nothing; never a secret."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

import yaml
from django.db.models import F, Model, QuerySet

from tenants.limits import SAFE
from tenants.models import Tenant
from tenants.money import MICROS, write_money
from tenants.transfer.reading.cells import NO, YES, add_guard
from tenants.transfer.reading.csv_table import column_names
from tenants.transfer.reading.yaml_document import Loader
from tenants.transfer.tables import RATE, TENANT, Table

CHUNK = 2000  # rows
BYTE_ORDER_MARK = "\ufeff"  # without it, spreadsheets do not recognise UTF-8


class _Dumper(yaml.CSafeDumper):
    """Puts in quotes what the importer's reader would not read as text."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


def table_records(table: Table, tenants: QuerySet[Tenant]) -> QuerySet[Model]:
    if table is TENANT:
        return tenants
    return table.model._default_manager.filter(tenant__in=tenants)


def write_csv(file: Any, table: Table, records: QuerySet[Any]) -> None:
    file.write(BYTE_ORDER_MARK)
    writer = csv.writer(file)
    columns = [name for name in column_names(table) if name not in table.secrets]
    writer.writerow(columns)
    for row in _exported_rows(table, records, columns):
        writer.writerow([_cell_text(value) for value in row.values()])


def build_document(tables: Iterable[Table], tenants: QuerySet[Tenant]) -> dict[str, Any]:
    """As `import_tenants` takes it."""
    all_rows = {row["slug"]: row for row in _document_rows(TENANT, tenants)}
    by_slug = {slug: row if TENANT in tables else {"slug": slug} for slug, row in all_rows.items()}

    for name, table in TENANT.lists.items():
        if table in tables:
            for row in _document_rows(table, table_records(table, tenants)):
                by_slug[row.pop("tenant")].setdefault(name, []).append(row)
    return {"tenants": [row for row in by_slug.values() if len(row) > 1]}


def write_json(file: IO[str], document: dict[str, Any]) -> None:
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(document):
        file.write(piece)
    file.write("\n")


def write_yaml(file: IO[str], document: dict[str, Any]) -> None:
    yaml.dump(document, file, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


def _document_rows(table: Table, records: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """With a null for each safe limit that was lifted: a new tenant would have it again."""
    columns = [*([] if table is TENANT else ["tenant"]), *table.fields]
    names = [name for name in columns if name not in table.secrets]
    for row in _exported_rows(table, records, names):
        if table is TENANT:
            row["limits"] = _with_lifted(row["limits"], SAFE)
        yield {name: _plain_value(value) for name, value in row.items()}


def _with_lifted(limits: dict[str, Any], safe: Mapping[str, Any]) -> dict[str, Any]:
    lifted = {
        key: _with_lifted(limits.get(key, {}), value) if isinstance(value, Mapping) else None
        for key, value in safe.items()
        if key not in limits or isinstance(value, Mapping)
    }
    return {**limits, **lifted}


def _exported_rows(
    table: Table, records: QuerySet[Any], names: list[str]
) -> Iterator[dict[str, Any]]:
    """Each by the names of its columns."""
    paths = {"tenant": F("tenant__slug"), "default_callee": F("default_callee__alias")}
    columns = {f"_{name}": paths.get(name, F(name)) for name in names}
    order = [*([] if table is TENANT else ["tenant__slug"]), *table.natural_key]
    amounts = {"per_minute", "connect_fee"} if table is RATE else set()

    for record in records.order_by(*order).values_list(*columns.values()).iterator(CHUNK):
        row = zip(names, record, strict=True)
        yield {name: write_money(value) if name in amounts else value for name, value in row}


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return (YES if value else NO)[0]
    if isinstance(value, list):
        return " ".join(value)
    return add_guard(str(_plain_value(value)))


def _plain_value(value: Any) -> Any:
    return write_money(int(value * MICROS)) if isinstance(value, Decimal) else value
