"""The triggers that write the audit: what should be in the database, what differs from it, and how it is put right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from tenants.audit.watched import watched

CAPTURE = Path(__file__).with_name("capture.sql")
ENTRIES = "tenants_auditentry"
TRUNCATED = "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
# Those that a statement has, with the bits of PostgreSQL's pg_trigger.tgtype.
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
        "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS rows_before NEW TABLE AS rows_after FOR EACH STATEMENT",
    ),
}
OF_ENTRIES = {
    "audit_enter": (7, "BEFORE INSERT ON {table} FOR EACH ROW"),
    "audit_seal": (5, "AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"),
    "audit_guard": (27, "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
}
FOUND = """
SELECT relname, tgname, tgtype, proname, encode(tgargs, 'escape'), tginitdeferred
  FROM pg_trigger
  JOIN pg_class ON pg_class.oid = tgrelid
  JOIN pg_proc ON pg_proc.oid = tgfoid
 WHERE relnamespace = current_schema()::regnamespace AND tgname LIKE 'audit\\_%%' AND tgenabled = 'A' AND tgqual IS NULL
"""
FUNCTIONS = """
SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'audit\\_%%'
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
    def found_as(self) -> tuple[Any, ...]:
        """A row of FOUND: its name, that it is what it should be, and that no setting of a session turns it off."""
        arguments = "".join(f"{argument}\\000" for argument in self.arguments)
        return (
            self.table,
            self.name,
            self.kind,
            self.function,
            arguments,
            "INITIALLY DEFERRED" in self.event,
        )

    def statements(self) -> Iterator[str]:
        table, constraint = _quoted(self.table), "CONSTRAINT " if "DEFERRED" in self.event else ""
        arguments = ", ".join(f"'{argument}'" for argument in self.arguments)  # of our own making
        event = self.event.format(table=table)
        yield f"DROP TRIGGER IF EXISTS {self.name} ON {table}"
        yield f"CREATE {constraint}TRIGGER {self.name} {event} EXECUTE FUNCTION {self.function}({arguments})"
        yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {self.name}"


def expected() -> Iterator[Trigger]:
    for name, (kind, event) in OF_ENTRIES.items():
        yield Trigger(ENTRIES, name, kind, name, (), event)
    yield Trigger(ENTRIES, "audit_truncate", 34, "audit_truncate", (), TRUNCATED)
    for table in watched():
        for name, (kind, event) in OF_WATCHED.items():
            yield Trigger(table.table, name, kind, "audit_statement", table.arguments, event)
        yield Trigger(table.table, "audit_truncate", 34, "audit_truncate", (), TRUNCATED)


def missing() -> list[Trigger]:
    """Those that are not there, were altered, or are turned off; of tables that exist."""
    with connection.cursor() as cursor:
        cursor.execute(FOUND)
        found = set(cursor.fetchall())
        tables = set(connection.introspection.table_names(cursor))
    return [
        trigger
        for trigger in expected()
        if trigger.table in tables and trigger.found_as not in found
    ]


def functions_differing() -> list[str]:
    bodies = re.findall(r"FUNCTION \S+\.(\w+)\(.*?\$\$(.*?)\$\$", _capture(), re.DOTALL)
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        found = dict(cursor.fetchall())
    return [name for name, body in bodies if found.get(name) != body]


def install(**kwargs: Any) -> None:
    """For the signal `post_migrate`, so that a table which any app adds is watched at once."""
    with connection.cursor() as cursor:
        if ENTRIES not in connection.introspection.table_names(cursor):
            return
    functions = [_capture()] if functions_differing() else []
    triggers = [statement for trigger in missing() for statement in trigger.statements()]
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in functions + triggers:
            cursor.execute(statement)


def _capture() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return CAPTURE.read_text().replace("{schema}", cursor.fetchone()[0])


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)
