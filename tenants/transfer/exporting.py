"""Rows as a file that imports again and changes nothing; never a secret."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import yaml
from django.db.models import F, Model, QuerySet

from tenants.models import Tenant
from tenants.transfer.reading.cells import NO, YES
from tenants.transfer.reading.csv_table import known
from tenants.transfer.reading.formulae import guarded
from tenants.transfer.reading.yaml_document import Loader
from tenants.transfer.tables import TENANT, Table

CHUNK = 2000
BOM = "\ufeff"  # without it, spreadsheets take UTF-8 for something else


class _Dumper(yaml.CSafeDumper):
    """Puts in quotes what the importer's reader would not read as text."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers


def columns(table: Table) -> list[str]:
    return [name for name in known(table) if name not in table.secrets]


def rows(table: Table, records: QuerySet[Any]) -> Iterator[dict[str, Any]]:
    """By the names of the columns."""
    names = columns(table)
    paths = {"tenant": F("tenant__slug"), "default_callee": F("default_callee__alias")}
    sought = {f"_{name}": paths.get(name, F(name)) for name in names}
    order = [*([] if table is TENANT else ["tenant__slug"]), *table.natural_key]
    for record in records.order_by(*order).values_list(*sought.values()).iterator(CHUNK):
        yield dict(zip(names, record, strict=True))


def write_csv(file: Any, table: Table, records: QuerySet[Any]) -> None:
    writer = csv.writer(file)
    file.write(BOM)
    writer.writerow(columns(table))
    writer.writerows([_cell(value) for value in row.values()] for row in rows(table, records))


def _cell(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else (YES if value else NO)[0]
    return guarded(str(value))


def document(tables: Iterable[Table], tenants: QuerySet[Tenant]) -> dict[str, Any]:
    """As `import_tenants` takes it."""
    found = {row["slug"]: row for row in rows(TENANT, tenants)}
    listed = {slug: row if TENANT in tables else {"slug": slug} for slug, row in found.items()}
    for name, table in TENANT.lists.items():
        if table in tables:
            for row in rows(table, of(table, tenants)):
                listed[row.pop("tenant")].setdefault(name, []).append(row)
    return {"tenants": [row for row in listed.values() if len(row) > 1]}


def of(table: Table, tenants: QuerySet[Tenant]) -> QuerySet[Model]:
    if table is TENANT:
        return tenants
    return table.model._default_manager.filter(tenant__in=tenants)


def write_json(file: IO[str], document: dict[str, Any]) -> None:
    for piece in json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(document):
        file.write(piece)
    file.write("\n")


def write_yaml(file: IO[str], document: dict[str, Any]) -> None:
    yaml.dump(document, file, Dumper=_Dumper, allow_unicode=True, sort_keys=False)
