"""Stored secrets sealed anew with the key that seals now, a few at a time, while everybody goes on working."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, JSONField, TextField

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.models import Upload
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import key_ring
from tenants.secrets.sealed_columns import Rows, SealedColumn, sealed_columns

BATCH = 500
PATIENCE = 60.0  # seconds without any progress, because somebody holds the rows that are left
PAUSE = 0.2  # seconds
# It never waits for a row, and a secret that somebody replaced meanwhile is not the one that was read: it stays.
EXCHANGE = """
UPDATE {table} t SET {column} = free.new
  FROM (SELECT t.id, given.new
          FROM unnest(%s::{key}[], %s::{kind}[], %s::{kind}[]) AS given (id, old, new)
          JOIN {table} t ON t.id = given.id AND t.{column} = given.old
         ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED) free
 WHERE t.id = free.id
"""
MENTIONS = "SELECT count(*) FROM {table} WHERE {column}::text LIKE ANY (%s)"


@dataclass
class Outcome:
    moved: int = 0
    locked: int = 0  # somebody else changes them just now
    unreadable: list[str] = field(default_factory=list)  # where they stand


def counts() -> dict[str, Counter[str]]:
    """For each column, like tenants_sipaccount.password, how many secrets each key has sealed."""
    return {sealed.name: sealed.counts() for sealed in sealed_columns()}


def mentions(key_ids: list[str]) -> dict[str, int]:
    """Other columns that hold something sealed with one of these keys."""
    Upload.objects.expired().delete()
    found, known = {}, {sealed.name for sealed in sealed_columns()}
    for model in apps.get_app_config("tenants").get_models():
        for other in model._meta.local_fields:
            name = f"{model._meta.db_table}.{other.column}"
            if isinstance(other, TextField | CharField | JSONField) and name not in known:
                found[name] = _mentions(model._meta.db_table, str(other.column), key_ids)
    return {name: number for name, number in found.items() if number}


def reseal(progress: Callable[[int, int], None]) -> Outcome:
    """Goes over what is left until nothing is. `progress` gets how many are done, and how many there are."""
    outcome, waited, sealing = Outcome(), 0.0, key_ring().ids[0]
    total = sum(
        number for keys in counts().values() for key_id, number in keys.items() if key_id != sealing
    )
    while True:
        before = outcome.moved
        outcome.locked, outcome.unreadable = 0, []
        for sealed in sealed_columns():
            for batch in _batches(sealed.sealed_by_others(sealing)):
                _exchange(sealed, batch, outcome)
                progress(outcome.moved, total)
        waited = 0.0 if outcome.moved > before else waited + PAUSE
        if not outcome.locked or waited > PATIENCE:
            return outcome
        time.sleep(PAUSE)


def _batches(rows: Rows) -> Iterator[Rows]:
    batch = rows.order_by("pk")[:BATCH]
    while batch:
        yield batch
        batch = rows.order_by("pk").filter(pk__gt=batch[len(batch) - 1].pk)[:BATCH]


def _exchange(sealed: SealedColumn, rows: Rows, outcome: Outcome) -> None:
    exchanges = []
    for row in rows:
        try:
            exchanges.append((row.pk, *sealed.exchange(row)))
        except SecretUnreadable as error:
            outcome.unreadable.append(str(error))
    if not exchanges:
        return
    said = {"in": sealed.name}
    with (
        as_one_entry(Action.KEY_APPLIED, name=key_ring().ids[0], after=said),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            sealed.sql(EXCHANGE), [list(column) for column in zip(*exchanges, strict=True)]
        )
        outcome.moved += cursor.rowcount
        outcome.locked += len(exchanges) - cursor.rowcount
        transaction.set_rollback(not cursor.rowcount)  # nothing to tell of


def _mentions(table: str, column: str, key_ids: list[str]) -> int:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        statement = MENTIONS.format(table=quote(table), column=quote(column))
        cursor.execute(statement, [[f"%v1.{key_id}.%" for key_id in key_ids]])
        return int(cursor.fetchone()[0])
