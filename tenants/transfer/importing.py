"""One import from beginning to end: read, check, compare, write; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import psycopg
from django.db import DataError, Error, ProgrammingError, transaction

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.models import ImportRun, Tenant
from tenants.secrets.encryption import KeyRingError
from tenants.secrets.fields import key_ring
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.comparison import compare, relate_callee
from tenants.transfer.checking.existing import Existing
from tenants.transfer.checking.rules import WholeFile
from tenants.transfer.problems import ImportRefused, Problem, Problems, shown
from tenants.transfer.reading.objects import Unreadable
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.rows import Row
from tenants.transfer.writing import staging, writing

BATCH = 2000
AGAIN = "Most likely somebody changed the same rows at the same time: run it again."
RACED = f"A row is not any more what it was a moment ago. {AGAIN}"
STALE = "The data changed since this preview was made, so it would not do what the preview says. Upload the file again."
Progress = Callable[
    [str, int, int], None
]  # what is being done, how many rows of how many (0: nobody knows)


class _Stale(Exception):
    pass


def run(
    source: Source, allowed: Allowed, dry_run: bool, progress: Progress, expected: str = ""
) -> Report:
    """With the digest of an earlier report, only if the same would be done. Raises ImportRefused."""
    problems, report = Problems(), Report(dry_run)
    refusal = said(lambda: _transaction(source, allowed, report, problems, progress, expected))
    if refusal or problems:
        # Not from the error itself: a database's text may hold the whole row.
        problems.extend([Problem("", refusal)] if refusal else [])
        raise ImportRefused(problems)
    return report


def said(act: Callable[[], None]) -> str:
    """What went wrong, in words."""
    try:
        act()
    except KeyRingError as error:
        return f"CLICKHOOK_ENCRYPTION_KEYS: {error}"
    except Unreadable as error:
        return str(error)
    except writing.Raced:
        return RACED
    except _Stale:
        return STALE
    except Error as error:
        return sentence(error)
    return ""


def _transaction(
    source: Source,
    allowed: Allowed,
    report: Report,
    problems: Problems,
    progress: Progress,
    expected: str,
) -> None:
    key_ring()
    progress("reading", 0, 0)
    with transaction.atomic():
        _check(source, allowed, report, problems, progress)
        if expected and expected != report.digest and not problems:
            raise _Stale
        if report.changes and not problems:
            progress(f"writing {len(report.changes):,} rows", 0, 0)
            _write(source, allowed, report)
        transaction.set_rollback(report.dry_run or bool(problems))


def _check(
    source: Source, allowed: Allowed, report: Report, problems: Problems, progress: Progress
) -> None:
    whole, done = WholeFile(allowed, problems), 0
    staging.create()
    for batch in _batches(source.rows(problems)):
        for number, row in enumerate(batch, done):
            row.number = number
        done += len(batch)
        progress("checking", done, max(source.estimate, done) if source.estimate else 0)
        rows = compare(batch, Existing(batch, allowed), whole, allowed, problems)
        waiting = set(whole.later)
        _stage([row for row in rows if row not in waiting], report, problems)
    whole.check()
    _stage(_related(whole, problems), report, problems)
    report.changes.sort(key=lambda change: change.number)


def _stage(rows: list[Row], report: Report, problems: Problems) -> None:
    if not problems:
        staging.add(rows)
        for row in rows:
            report.add(row)


def _related(whole: WholeFile, problems: Problems) -> list[Row]:
    """The domains whose default callee stands further down in the file."""
    found: dict[tuple[int, str], int] = {}
    asked = [(row, row.values["default_callee"]) for row in whole.later]
    for row, alias in asked:
        if not whole.has_callee(row.tenant_slug, alias):
            problems.add(
                row.at("default_callee"),
                "This tenant has no callee of that alias, here or in the database.",
            )
    if asked and not problems:
        found = staging.keys_of_callees((row.record.tenant_id, alias) for row, alias in asked)
        for row, alias in asked:
            relate_callee(row, alias, found[row.record.tenant_id, alias])
    return whole.later


def _write(source: Source, allowed: Allowed, report: Report) -> None:
    said = {"by": allowed.user, "source": shown(source.name)[-255:], "counts": report.counts}
    done = ImportRun.objects.create(
        **said, tenant=Tenant.objects.filter(pk__in=report.only_owner).first()
    )
    with as_one_entry(Action.IMPORTED, done, name=done.source):
        staging.analyze()
        writing.write(done.pk)
    report.run = None if report.dry_run else done.pk


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def sentence(error: Error) -> str:
    cause: Any = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.diag.message_primary:
        hint = "" if isinstance(error, DataError | ProgrammingError) else f" {AGAIN}"
        return f"The database refused it: {cause.diag.message_primary}.{hint}"
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return "The database cannot be reached, or the connection broke."
    return f"The database refused it. {AGAIN}"
