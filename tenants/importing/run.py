"""One import from beginning to end: read, check, compare, write; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from django.db import DataError, Error, ProgrammingError, transaction

from tenants.encryption import KeyRingError
from tenants.fields import key_ring
from tenants.importing import comparison, document, rules, shape, writing
from tenants.importing.existing import Existing
from tenants.importing.objects import Object, Unreadable
from tenants.importing.problems import ImportRefused, Problem, Problems
from tenants.importing.report import Report
from tenants.importing.rows import Row

AGAIN = "Most likely somebody changed the same rows at the same time: run it again."


def run(path: str, dry_run: bool, progress: Callable[[str], None]) -> Report:
    """Raises ImportRefused."""
    progress("reading")
    found = _read(path)
    problems = Problems()
    rows = shape.rows_of(found, problems)
    refusal = _transaction(rows, problems, dry_run, progress)
    if refusal:
        # Not from the database's own error: its text may hold the whole row.
        raise ImportRefused(refusal)
    return Report(rows, dry_run)


def _read(path: str) -> Object:
    try:
        return document.read(path)
    except Unreadable as error:
        problem = Problem("", str(error))
    raise ImportRefused([problem])


def _transaction(rows: list[Row], problems: Problems, dry_run: bool, progress: Callable[[str], None]) -> list[Problem]:
    try:
        key_ring()
        with transaction.atomic():
            progress(f"checking {len(rows)} rows")
            existing = Existing(rows)
            comparison.compare(rows, existing, problems)
            rules.check(rows, existing, problems)
            if not problems:
                progress(f"writing {len(rows)} rows")
                writing.write(rows)
            transaction.set_rollback(dry_run or bool(problems))
    except KeyRingError as error:
        return [Problem("", f"CLICKHOOK_ENCRYPTION_KEYS: {error}")]
    except Error as error:
        return [Problem("", _sentence(error))]
    return problems


def _sentence(error: Error) -> str:
    cause = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.diag.message_primary:
        hint = "" if isinstance(error, DataError | ProgrammingError) else f" {AGAIN}"
        return f"The database refused it: {cause.diag.message_primary}.{hint}"
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return "The database cannot be reached, or the connection broke."
    return f"The database refused it. {AGAIN}"
