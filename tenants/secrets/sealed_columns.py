"""Where sealed secrets are stored: the models' own fields, and what an import keeps of a row so that it can be undone."""

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

    COUNT = (
        "SELECT split_part({column}, '.', 2), count(*) FROM {table} WHERE {column} <> '' GROUP BY 1"
    )

    @property
    def name(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def counts(self) -> Counter[str]:
        """How many secrets each key has sealed."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql(self.COUNT))
            return Counter(dict(cursor.fetchall()))

    def sealed_by_others(self, sealing: str) -> Rows:
        rows = self.model._base_manager.exclude(**{self.column: ""})
        return rows.exclude(**{f"{self.column}__startswith": f"v1.{sealing}."})

    def exchange(self, row: Any) -> tuple[str, str]:
        """What stands there, and what is to. Raises SecretUnreadable."""
        secret = getattr(row, self.column)
        return secret.token, secret.resealed()

    def sql(self, statement: str) -> str:
        quote, meta = connection.ops.quote_name, self.model._meta
        parts = {
            "table": quote(meta.db_table),
            "column": quote(self.column),
            "key": meta.pk.rel_db_type(connection),
        }
        return statement.format(**parts, kind=self.kind)


class SealedImages(SealedColumn):
    """Rows of other tables as JSON, before or after an import; their secrets stand in them as they stand in the tables."""

    COUNT = """
    SELECT split_part(held.value, '.', 2), count(*) FROM {table}, jsonb_each_text({column}) AS held
     WHERE {table}."table" = ANY ({{tables}}) AND held.key = ANY ({{secrets}}) AND held.value <> '' GROUP BY 1
    """
    OTHERS = """
    {table}."table" = ANY ({{tables}}) AND EXISTS (
        SELECT FROM jsonb_each_text({column}) AS held
         WHERE held.key = ANY ({{secrets}}) AND held.value <> '' AND split_part(held.value, '.', 2) <> %s)
    """

    def sealed_by_others(self, sealing: str) -> Rows:
        others = RawSQL(self.sql(self.OTHERS), [sealing], BooleanField())  # noqa: S611 - constant
        return self.model._base_manager.filter(others)

    def sql(self, statement: str) -> str:
        secrets = _secrets()
        names = {name for of_table in secrets.values() for name in of_table}
        return super().sql(statement).format(tables=_array(secrets), secrets=_array(names))

    def exchange(self, row: Any) -> tuple[str, str]:
        image = getattr(row, self.column)
        anew = {
            name: _resealed(image, row, name)
            for name in image.keys() & _secrets().get(row.table, set())
            if image[name]
        }
        return json.dumps(image), json.dumps({**image, **anew})


def sealed_columns() -> Iterator[SealedColumn]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SecretField):
                yield SealedColumn(model, field.attname)
    for column in ("before", "after"):
        yield SealedImages(ImportedRow, column, "jsonb")


def _resealed(image: dict[str, Any], row: ImportedRow, name: str) -> str:
    where = place(image.get("tenant_id"), row.table, row.key, name)
    return SealedSecret(image[name], where, key_ring()).resealed()


def _array(names: Iterable[str]) -> str:
    listed = "', '".join(sorted(names))
    return f"ARRAY['{listed}']"


def _secrets() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for model in apps.get_models():
        names = {
            field.attname for field in model._meta.local_fields if isinstance(field, SecretField)
        }
        if names:
            found[model._meta.db_table] = names
    return found
