"""The triggers that write the audit: which should exist, which do, and how they are repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tenants.audit.watched import watched_tables

CAPTURE = Path(__file__).with_name("capture.sql")
ENTRIES = "tenants_auditentry"
TRUNCATED = "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
# Each with the bits of PostgreSQL's pg_trigger.tgtype.
OF_WATCHED = {
    "audit_added": (
        4,
        "AFTER INSERT ON {table} REFERENCING NEW TABLE AS rows_after FOR EACH STATEMENT",
    ),
    "audit_removed": (
        8,
        "AFTER DELETE ON {table} REFERENCING OLD TABLE AS rows_before FOR EACH STATEMENT",
    ),
    "audit_changed": (
        16,
        "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after"
        " FOR EACH STATEMENT",
    ),
}
OF_ENTRIES = {
    "audit_enter": (7, "BEFORE INSERT ON {table} FOR EACH ROW"),
    "audit_seal": (5, "AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"),
    "audit_guard": (27, "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
}
STORED = """
SELECT relname, tgname, tgtype, proname, encode(tgargs, 'escape'), tginitdeferred
  FROM pg_trigger
  JOIN pg_class ON pg_class.oid = tgrelid
  JOIN pg_proc ON pg_proc.oid = tgfoid
 WHERE relnamespace = current_schema()::regnamespace AND tgname LIKE 'audit\\_%%'
   AND tgenabled = 'A' AND tgqual IS NULL
"""
FUNCTIONS = """
SELECT proname, prosrc FROM pg_proc
 WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'audit\\_%%'
"""


@dataclass(frozen=True)
class Trigger:
    table: str
    name: str
    kind: int
    function: str
    arguments: tuple[str, ...]
    event: str

    @property
    def catalogue_row(self) -> tuple[Any, ...]:
        """The row of STORED that this trigger has if it is as it should be and always enabled."""
        arguments = "".join(f"{argument}\\000" for argument in self.arguments)
        return (
            self.table,
            self.name,
            self.kind,
            self.function,
            arguments,
            "INITIALLY DEFERRED" in self.event,
        )

    def create_statements(self) -> Iterator[str]:
        table = connection.ops.quote_name(self.table)
        constraint = "CONSTRAINT " if "DEFERRED" in self.event else ""
        event = self.event.format(table=table)
        arguments = ", ".join(f"'{argument}'" for argument in self.arguments)  # constants of ours

        yield f"DROP TRIGGER IF EXISTS {self.name} ON {table}"
        yield (
            f"CREATE {constraint}TRIGGER {self.name} {event} "
            f"EXECUTE FUNCTION {self.function}({arguments})"
        )
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {self.name}"


def expected_triggers() -> Iterator[Trigger]:
    for name, (kind, event) in OF_ENTRIES.items():
        yield Trigger(ENTRIES, name, kind, name, (), event)
    yield Trigger(ENTRIES, "audit_truncate", 34, "audit_truncate", (), TRUNCATED)
    for table in watched_tables():
        for name, (kind, event) in OF_WATCHED.items():
            yield Trigger(table.table, name, kind, "audit_statement", table.arguments, event)
        yield Trigger(table.table, "audit_truncate", 34, "audit_truncate", (), TRUNCATED)


def missing_triggers() -> list[Trigger]:
    """Those that do not exist, were altered, or are turned off, on tables that exist."""
    with connection.cursor() as cursor:
        cursor.execute(STORED)
        stored = set(cursor.fetchall())
        tables = set(connection.introspection.table_names(cursor))
    return [
        trigger
        for trigger in expected_triggers()
        if trigger.table in tables and trigger.catalogue_row not in stored
    ]


def changed_functions() -> list[str]:
    bodies = re.findall(r"FUNCTION \S+\.(\w+)\(.*?\$\$(.*?)\$\$", _capture_sql(), re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        stored = dict(cursor.fetchall())
    return [name for name, body in bodies if stored.get(name) != body]


def install_triggers(**kwargs: Any) -> None:
    """For the signal `post_migrate`, so that a new table of any app is watched at once."""
    with connection.cursor() as cursor:
        if ENTRIES not in connection.introspection.table_names(cursor):
            return

    functions = [_capture_sql()] if changed_functions() else []
    triggers = [
        statement for trigger in missing_triggers() for statement in trigger.create_statements()
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in functions + triggers:
            cursor.execute(statement)


def _capture_sql() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return CAPTURE.read_text().replace("{schema}", cursor.fetchone()[0])
