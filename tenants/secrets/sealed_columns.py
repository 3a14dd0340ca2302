"""Where sealed secrets are stored: secret fields, and the rows that imports keep for an undo."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from tenants.models import ImportedRow
from tenants.secrets.encryption import SealedSecret, place
from tenants.secrets.fields import SecretField, key_ring

Rows = QuerySet[Any]


@dataclass(frozen=True)
class SealedColumn:
    model: type[Model]
    column: str
    kind: str = "text"

    COUNT = """
    SELECT split_part({column}, '.', 2), count(*) FROM {table} WHERE {column} <> '' GROUP BY 1
    """

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def key_counts(self) -> Counter[str]:
        """How many secrets each key has sealed."""
        with connection.cursor() as cursor:
            cursor.execute(self.fill(self.COUNT))
            return Counter(dict(cursor.fetchall()))

    def sealed_by_others(self, sealing: str) -> Rows:
        rows = self.model._base_manager.exclude(**{self.column: ""})
        return rows.exclude(**{f"{self.column}__startswith": f"v1.{sealing}."})

    def reseal_row(self, row: Any) -> tuple[str, str]:
        """The stored value and the resealed one. Raises SecretUnreadable."""
        secret = getattr(row, self.column)
        return secret.token, secret.resealed()

    def fill(self, statement: str) -> str:
        quote, meta = connection.ops.quote_name, self.model._meta
        parts = {
            "table": quote(meta.db_table),
            "column": quote(self.column),
            "key": meta.pk.rel_db_type(connection),
        }
        return statement.format(**parts, kind=self.kind)


class SealedImages(SealedColumn):
    """Rows of other tables as JSON, before or after an import, with their sealed secrets."""

    COUNT = """
    SELECT split_part(held.value, '.', 2), count(*)
      FROM {table}, jsonb_each_text({column}) AS held
     WHERE {table}."table" = ANY ({{tables}}) AND held.key = ANY ({{secrets}})
       AND held.value <> ''
     GROUP BY 1
    """
    OTHERS = """
    {table}."table" = ANY ({{tables}}) AND EXISTS (
        SELECT FROM jsonb_each_text({column}) AS held
         WHERE held.key = ANY ({{secrets}}) AND held.value <> ''
           AND split_part(held.value, '.', 2) <> %s)
    """

    def sealed_by_others(self, sealing: str) -> Rows:
        others = RawSQL(self.fill(self.OTHERS), [sealing], BooleanField())  # noqa: S611 - constant
        return self.model._base_manager.filter(others)

    def fill(self, statement: str) -> str:
        columns = _secret_columns()
        names = set().union(*columns.values())
        filled = super().fill(statement)
        return filled.format(tables=_sql_array(columns), secrets=_sql_array(names))

    def reseal_row(self, row: Any) -> tuple[str, str]:
        image = getattr(row, self.column)
        names = image.keys() & _secret_columns().get(row.table, set())
        resealed = {name: _reseal_token(image, row, name) for name in names if image[name]}
        return json.dumps(image), json.dumps({**image, **resealed})


def sealed_columns() -> Iterator[SealedColumn]:
    for model in sorted(apps.get_models(), key=lambda model: model._meta.db_table):
        for field in model._meta.local_fields:
            if isinstance(field, SecretField):
                yield SealedColumn(model, field.attname)
    for column in ("before", "after"):
        yield SealedImages(ImportedRow, column, "jsonb")


def _reseal_token(image: dict[str, Any], row: ImportedRow, name: str) -> str:
    where = place(image.get("tenant_id"), row.table, row.key, name)
    return SealedSecret(image[name], where, key_ring()).resealed()


def _sql_array(names: Iterable[str]) -> str:
    listed = "', '".join(sorted(names))
    return f"ARRAY['{listed}']"


def _secret_columns() -> dict[str, set[str]]:
    columns: dict[str, set[str]] = {}
    for model in apps.get_models():
        names = {
            field.attname for field in model._meta.local_fields if isinstance(field, SecretField)
        }
        if names:
            columns[model._meta.db_table] = names
    return columns
