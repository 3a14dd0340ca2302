"""The chain of hashes, computed again outside of the database to find the first wrong entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tenants.audit import triggers

GENESIS = "0" * 64
BATCH = 5_000  # entries
# The columns as texts, in the order of audit_hash in capture.sql.
READ = """
SELECT number, id, hash, ARRAY[
           previous_hash, number::text, (extract(epoch FROM at) * 1000000)::bigint::text,
           actor_id::text, actor_name, address, via, action,
           tenant_id::text, tenant_slug, object_table, object_pk, object_name,
           before::text, after::text]
  FROM tenants_auditentry WHERE number > %s ORDER BY number LIMIT %s
"""
LAST = """
SELECT number, hash FROM tenants_auditentry
 WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1
"""
NOT_SEALED = "SELECT id FROM tenants_auditentry WHERE number IS NULL ORDER BY id LIMIT 1"


@dataclass(frozen=True)
class Head:
    """The last entry. Noted elsewhere, it proves later that the entries before it are the same."""

    number: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Break:
    what: str
    number: int | None = None
    id: int | None = None


@dataclass
class Verification:
    """How far the entries fit each other, and whether the expected head is among them."""

    expected: str = ""
    head: Head = Head()
    broken: Break | None = None
    met_expected: bool = False

    def add_entry(
        self, number: int, entry_id: int, written: str, columns: Sequence[str | None]
    ) -> None:
        if number != self.head.number + 1:
            self.broken = Break(f"missing: the next one is entry {number}", self.head.number + 1)
        elif columns[0] != self.head.hash:
            self.broken = Break(
                "does not follow the one before it, which was replaced or altered", number, entry_id
            )
        elif written != entry_hash(columns):
            self.broken = Break("altered: its hash does not fit what it says", number, entry_id)
        else:
            self.head = Head(number, written)
            self.met_expected = self.met_expected or written == self.expected


def entry_hash(columns: Sequence[str | None]) -> str:
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()


def read_head() -> Head:
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        return Head(*(cursor.fetchone() or ()))


def verify(expected: str, progress: Callable[[int], None]) -> Verification:
    """Stops at the first entry that is broken."""
    verified = Verification(expected, met_expected=expected in ("", GENESIS))
    for batch in _read_batches():
        for row in batch:
            verified.add_entry(*row)
            if verified.broken:
                return verified
        progress(verified.head.number)

    if not verified.met_expected:
        verified.broken = Break(
            "The entry of the expected hash is gone: "
            "entries were removed, or all were written anew."
        )
    elif (entry_id := _find_unsealed()) is not None:
        verified.broken = Break("was never put into the chain: the triggers were off", id=entry_id)
    return verified


def list_unprotected() -> list[str]:
    """The triggers and functions that no longer guard the audit: changes may have gone unseen."""
    missing = triggers.missing_triggers()
    names = [f"trigger {trigger.name} of {trigger.table}" for trigger in missing]
    return [*names, *(f"function {name}" for name in triggers.changed_functions())]


def _read_batches() -> Iterator[list[tuple[Any, ...]]]:
    number = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(READ, [number, BATCH])
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        number = rows[-1][0]


def _find_unsealed() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(NOT_SEALED)
        row = cursor.fetchone()
        return row and int(row[0])
