"""The rows of one tenant out of the database, and into it; with a digest that both cells compute.

PostgreSQL itself writes and reads each row as JSON, so that no number or time is rounded on the
way. A secret is never part of that JSON: it stands beside it, sealed for whoever reads it next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from hooks.cells.move_key import MoveKey
from hooks.cells.moved_tables import MovedTable
from tenants.models import WcsInstance
from tenants.secrets.encryption import KeyRing
from tenants.secrets.fields import key_ring
from tenants.secrets.handing_over import Keeper

BATCH = 500  # rows


class Row(NamedTuple):
    text: str  # JSON without the secrets
    tenant: Any  # these two are the place of the secrets
    key: str
    secrets: dict[str, str]  # sealed tokens

    def handed_over(self, table: MovedTable, ring: KeyRing, to: KeyRing) -> Row:
        """Raises SecretUnreadable."""
        keeper = Keeper(ring, table.name)
        secrets = {
            name: keeper.hand_over(to, self.tenant, self.key, name, token)
            for name, token in self.secrets.items()
        }
        return self._replace(secrets=secrets)


@dataclass(frozen=True)
class Whose:
    tenant: int
    instances: list[Any]

    @classmethod
    def of(cls, tenant: int) -> Whose:
        instances = WcsInstance.objects.filter(tenants=tenant).order_by("pk")
        return cls(tenant, list(instances.values_list("pk", flat=True)))

    @property
    def parameters(self) -> dict[str, Any]:
        return {"tenant": self.tenant, "instances": self.instances}


@dataclass
class Digest:
    """Of the rows of a table in the order of their key, secrets included."""

    key: MoveKey
    rows: int = 0

    def __post_init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, table: MovedTable, row: Row, ring: KeyRing) -> None:
        keeper = Keeper(ring, table.name)
        marks = [
            keeper.mark(self.key.secret, row.tenant, row.key, name, row.secrets[name])
            for name in table.secrets
        ]
        self._hash.update(json.dumps([row.text, marks]).encode())
        self.rows += 1

    @property
    def sum(self) -> tuple[int, str]:
        return self.rows, self._hash.hexdigest()


def read_rows(table: MovedTable, whose: Whose) -> Iterator[list[Row]]:
    """In batches, in the order of their key. To be read within a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_select(table), whose.parameters)
        while found := cursor.fetchmany(BATCH):
            yield [_row(table, columns) for columns in found]


def write_rows(table: MovedTable, rows: list[Row]) -> None:
    """Secrets are sealed for this cell's ring already."""
    texts = [row.text for row in rows]
    secrets = [json.dumps(row.secrets) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_insert(table), [texts, secrets])


def count(table: MovedTable, whose: Whose) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_about("SELECT count(*) FROM", table), whose.parameters)
        return int(cursor.fetchone()[0])


def delete_rows(table: MovedTable, whose: Whose) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_about("DELETE FROM", table), whose.parameters)
        return int(cursor.rowcount)


def sum_up(table: MovedTable, whose: Whose, key: MoveKey) -> tuple[int, str]:
    digest = Digest(key)
    for rows in read_rows(table, whose):
        for row in rows:
            digest.add(table, row, key_ring())
    return digest.sum


def _row(table: MovedTable, columns: tuple[Any, ...]) -> Row:
    text, tenant, key, *tokens = columns
    return Row(text, tenant, str(key), dict(zip(table.secrets, tokens, strict=True)))


def _about(what: str, table: MovedTable) -> str:
    return f"{what} {table.name} moved WHERE {table.condition}"


# Names of tables and columns come from the models; values are parameters.
def _select(table: MovedTable) -> str:
    quote = connection.ops.quote_name
    plain = [quote(name) for name in table.columns if name not in table.secrets]
    tenant = "moved.tenant_id" if "tenant_id" in table.columns else "NULL"
    key = "moved.id" if "id" in table.columns else "''"
    tokens = "".join(f", moved.{quote(name)}" for name in table.secrets)
    # Two clusters may sort texts differently.
    keys = [f"moved.{quote(name)}" for name in table.key]
    order = keys[0] if len(keys) == 1 else ", ".join(f'{one}::text COLLATE "C"' for one in keys)
    kept = ", ".join(f"moved.{name}" for name in plain)
    return f"""
    SELECT (SELECT row_to_json(kept)::text FROM (SELECT {kept}) kept), {tenant}, {key}{tokens}
      FROM {table.name} moved WHERE {table.condition} ORDER BY {order}
    """  # noqa: S608


def _insert(table: MovedTable) -> str:
    names = [connection.ops.quote_name(name) for name in table.columns]
    return f"""
    INSERT INTO {table.name} ({", ".join(names)})
    SELECT {", ".join(f"moved.{name}" for name in names)}
      FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS given (kept, secrets, place),
           jsonb_populate_record(NULL::{table.name},
                                 given.kept::jsonb || given.secrets::jsonb) moved
     ORDER BY given.place
    """  # noqa: S608
