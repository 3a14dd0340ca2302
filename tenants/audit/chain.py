"""The chain of hashes, computed once more outside of the database: which entry is the first that does not fit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants.audit import triggers

GENESIS = "0" * 64
BATCH = 5_000
# The columns as texts, in the order of audit_hash in capture.sql.
READ = """
SELECT number, id, hash, ARRAY[
           previous_hash, number::text, (extract(epoch FROM at) * 1000000)::bigint::text,
           actor_id::text, actor_name, address, via, action,
           tenant_id::text, tenant_slug, object_table, object_pk, object_name, before::text, after::text]
  FROM tenants_auditentry WHERE number > %s ORDER BY number LIMIT %s
"""
LAST = "SELECT number, hash FROM tenants_auditentry WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1"
NOT_SEALED = "SELECT id FROM tenants_auditentry WHERE number IS NULL ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Head:
    """The last entry. Noted elsewhere, it shows later whether anything up to here was removed or written anew."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Broken:
    what: str
    number: int | None = None
    id: int | None = None


@dataclass
class Walk:
    """How far the entries fit each other, and whether a certain head was among them."""

    expected: str = ""
    head: Head = Head()
    broken: Broken | None = None
    met_expected: bool = False

    def step(self, number: int, entry_id: int, written: str, columns: Sequence[str | None]) -> None:
        if number != self.head.number + 1:
            self.broken = Broken(f"missing: the next one is entry {number}", self.head.number + 1)
        elif columns[0] != self.head.hash:
            self.broken = Broken(
                "does not follow the one before it, which was replaced or altered", number, entry_id
            )
        elif written != hash_of(columns):
            self.broken = Broken("altered: its hash does not fit what it says", number, entry_id)
        else:
            self.head = Head(number, written)
            self.met_expected = self.met_expected or written == self.expected


def hash_of(columns: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()


def last() -> Head:
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        return Head(*(cursor.fetchone() or ()))


def walk(expected: str, progress: Callable[[int], None]) -> Walk:
    """Stops at the first entry that is broken."""
    walked = Walk(expected, met_expected=expected in ("", GENESIS))
    for batch in _batches():
        for row in batch:
            walked.step(*row)
            if walked.broken:
                return walked
        progress(walked.head.number)
    if not walked.met_expected:
        walked.broken = Broken(
            "The entry of the expected hash is gone: entries were removed, or all were written anew."
        )
    elif (left := _not_sealed()) is not None:
        walked.broken = Broken("was never put into the chain: the triggers were off", id=left)
    return walked


def unprotected() -> list[str]:
    """What no longer guards the audit: from here on, changes may have gone unseen."""
    triggers_missing = [
        f"trigger {trigger.name} of {trigger.table}" for trigger in triggers.missing()
    ]
    return [*triggers_missing, *(f"function {name}" for name in triggers.functions_differing())]


def _batches() -> Iterator[list[tuple[Any, ...]]]:
    number = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(READ, [number, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        number = rows[-1][0]


def _not_sealed() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(NOT_SEALED)
        found = cursor.fetchone()
        return found and int(found[0])
