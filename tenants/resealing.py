"""Stored secrets sealed anew with the key that seals now, a few at a time, while everybody goes on working."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import CharField, JSONField, Model, TextField

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.encryption import SecretUnreadable
from tenants.fields import SecretField, key_ring

BATCH = 500
PATIENCE = 60.0  # seconds without any progress, because somebody holds the rows that are left
PAUSE = 0.2  # seconds
COUNT = """
SELECT split_part({column}, '.', 2), count(*) FROM {table} WHERE {column} <> '' GROUP BY 1
"""
# It never waits for a row, and a secret that somebody replaced meanwhile is not the one that was read: it stays.
EXCHANGE = """
UPDATE {table} t SET {column} = free.new
  FROM (SELECT t.id, given.new
          FROM unnest(%s::{key}[], %s::text[], %s::text[]) AS given (id, old, new)
          JOIN {table} t ON t.id = given.id AND t.{column} = given.old
         ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED) free
 WHERE t.id = free.id
"""
MENTIONS = "SELECT count(*) FROM {table} WHERE {column}::text LIKE %s"


@dataclass
class Outcome:
    moved: int = 0
    locked: int = 0  # somebody else changes them just now
    unreadable: list[str] = field(default_factory=list)  # where they stand


def secret_fields() -> Iterator[SecretField]:
    for model in apps.get_models():
        yield from (field for field in model._meta.local_fields if isinstance(field, SecretField))


def counts() -> dict[str, Counter[str]]:
    """For each field, like tenants_sipaccount.password, how many secrets each key has sealed."""
    found = {}
    for secret in secret_fields():
        with connection.cursor() as cursor:
            cursor.execute(_sql(COUNT, secret.model, secret.column))
            found[f"{secret.model._meta.db_table}.{secret.column}"] = Counter(dict(cursor.fetchall()))
    return found


def stored_with_others() -> int:
    sealing, *_ = key_ring().ids
    return sum(number for keys in counts().values() for key_id, number in keys.items() if key_id != sealing)


def mentions(key_ids: list[str]) -> dict[str, int]:
    """Columns other than the secrets themselves that hold something sealed with one of these keys."""
    found = {}
    for model in apps.get_models():
        for other in model._meta.local_fields:
            if model._meta.app_label == "tenants" and _may_hold_a_token(other):
                with connection.cursor() as cursor:
                    for key_id in key_ids:
                        cursor.execute(_sql(MENTIONS, model, other.column), [f"%v1.{key_id}.%"])
                        if number := cursor.fetchone()[0]:
                            found[f"{model._meta.db_table}.{other.column}"] = number
    return found


def reseal(progress: Callable[[int, int], None]) -> Outcome:
    """Goes over what is left until nothing is. `progress` gets how many are done, and how many there are."""
    outcome, waited = Outcome(), 0.0
    total = stored_with_others()
    while True:
        before = outcome.moved
        outcome.locked, outcome.unreadable = 0, []
        for secret in secret_fields():
            for batch in _batches(secret):
                _exchange(secret, batch, outcome)
                progress(outcome.moved, total)
        waited = 0.0 if outcome.moved > before else waited + PAUSE
        if not outcome.locked or waited > PATIENCE:
            return outcome
        time.sleep(PAUSE)


def _batches(secret: SecretField) -> Iterator[list[Model]]:
    """The rows whose secret another key has sealed."""
    rows = secret.model._base_manager.exclude(**{secret.name: ""}).order_by("pk")
    rows = rows.exclude(**{f"{secret.name}__startswith": f"v1.{key_ring().ids[0]}."})
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def _exchange(secret: SecretField, rows: list[Model], outcome: Outcome) -> None:
    exchanges = []
    for row in rows:
        stored: Any = getattr(row, secret.attname)
        try:
            exchanges.append((row.pk, stored.token, stored.resealed()))
        except SecretUnreadable as error:
            outcome.unreadable.append(str(error))
    if not exchanges:
        return
    keys, old, new = (list(column) for column in zip(*exchanges, strict=True))
    with as_one_entry(Action.KEY_APPLIED, name=key_ring().ids[0]), connection.cursor() as cursor:
        cursor.execute(_sql(EXCHANGE, secret.model, secret.column), [keys, old, new])
        outcome.moved += cursor.rowcount
        outcome.locked += len(exchanges) - cursor.rowcount
        transaction.set_rollback(not cursor.rowcount)  # nothing to tell of


def _may_hold_a_token(other: Any) -> bool:
    return isinstance(other, TextField | CharField | JSONField) and not isinstance(other, SecretField)


def _sql(statement: str, model: type[Model], column: str | None) -> str:
    quote = connection.ops.quote_name
    key = model._meta.pk.rel_db_type(connection)
    return statement.format(table=quote(model._meta.db_table), column=quote(str(column)), key=key)
