"""Stored secrets resealed with the sealing key, a few at a time, while everybody works on."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, JSONField, TextField

from tenants.models import Upload
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import key_ring
from tenants.secrets.sealed_columns import Rows, SealedColumn, sealed_columns

BATCH = 500  # rows
LOCK_WAIT = 60.0  # seconds without any progress, because others hold the rows that are left
PAUSE = 0.2  # seconds
# It never waits for a row. A secret that was replaced after it was read is left as it is.
EXCHANGE = """
UPDATE {table} t SET {column} = free.new
  FROM (SELECT t.id, given.new
          FROM unnest(%s::{key}[], %s::{kind}[], %s::{kind}[]) AS given (id, old, new)
          JOIN {table} t ON t.id = given.id AND t.{column} = given.old
         ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED) free
 WHERE t.id = free.id
"""
MENTIONS = "SELECT count(*) FROM {table} WHERE {column}::text LIKE ANY (%s)"

Progress = Callable[[int, int], None]  # how many are done, and how many there are
# A transaction in which secrets of this column are resealed with this key, and which records it.
Recorded = Callable[[str, str], AbstractContextManager[Any]]


@dataclass
class Outcome:
    resealed: int = 0
    locked: int = 0  # somebody else is changing them
    unreadable: list[str] = field(default_factory=list)  # their places


def key_counts() -> dict[str, Counter[str]]:
    """For each column, like tenants_sipaccount.password, how many secrets each key has sealed."""
    return {column.name: column.key_counts() for column in sealed_columns()}


def count_mentions(key_ids: list[str]) -> dict[str, int]:
    """How often other columns hold something sealed with one of these keys."""
    Upload.objects.expired().delete()

    known, mentions = {column.name for column in sealed_columns()}, {}
    for model in apps.get_app_config("tenants").get_models():
        for other in model._meta.local_fields:
            name = f"{model._meta.db_table}.{other.column}"
            if isinstance(other, TextField | CharField | JSONField) and name not in known:
                mentions[name] = _count_in(model._meta.db_table, str(other.column), key_ids)
    return {name: number for name, number in mentions.items() if number}


def reseal(progress: Progress, recorded: Recorded) -> Outcome:
    """Repeats until nothing is left, or nothing moves because others hold the rows."""
    outcome, waited, sealing = Outcome(), 0.0, key_ring().ids[0]
    total = _count_others(sealing)

    while True:
        before = outcome.resealed
        outcome.locked, outcome.unreadable = 0, []
        for column in sealed_columns():
            for batch in _batches(column.sealed_by_others(sealing)):
                _reseal_batch(column, batch, outcome, recorded)
                progress(outcome.resealed, total)

        waited = 0.0 if outcome.resealed > before else waited + PAUSE
        if not outcome.locked or waited > LOCK_WAIT:
            return outcome
        time.sleep(PAUSE)


def _count_others(sealing: str) -> int:
    """How many secrets are sealed with another key."""
    return sum(keys.total() - keys[sealing] for keys in key_counts().values())


def _batches(rows: Rows) -> Iterator[Rows]:
    batch = rows.order_by("pk")[:BATCH]
    while batch:
        yield batch
        batch = rows.order_by("pk").filter(pk__gt=batch[len(batch) - 1].pk)[:BATCH]


def _reseal_batch(column: SealedColumn, rows: Rows, outcome: Outcome, recorded: Recorded) -> None:
    exchanges = []
    for row in rows:
        try:
            exchanges.append((row.pk, *column.reseal_row(row)))
        except SecretUnreadable as error:
            outcome.unreadable.append(str(error))
    if not exchanges:
        return

    values = [list(value) for value in zip(*exchanges, strict=True)]
    with recorded(column.name, key_ring().ids[0]), connection.cursor() as cursor:
        cursor.execute(column.fill(EXCHANGE), values)
        outcome.resealed += cursor.rowcount
        outcome.locked += len(exchanges) - cursor.rowcount
        transaction.set_rollback(not cursor.rowcount)  # then there is nothing to record


def _count_in(table: str, column: str, key_ids: list[str]) -> int:
    quote = connection.ops.quote_name
    statement = MENTIONS.format(table=quote(table), column=quote(column))
    with connection.cursor() as cursor:
        cursor.execute(statement, [[f"%v1.{key_id}.%" for key_id in key_ids]])
        return int(cursor.fetchone()[0])
