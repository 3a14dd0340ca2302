"""One import from beginning to end: read, check, compare, write; all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import psycopg
from django.db import DataError, Error, ProgrammingError, connection, transaction

from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry
from tenants.limits_changed import limits_changed
from tenants.models import ImportRun, Tenant
from tenants.secrets.encryption import KeyRingError
from tenants.secrets.fields import key_ring
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.comparison import compare_rows, set_default_callee
from tenants.transfer.checking.existing import Existing
from tenants.transfer.checking.whole_file import WholeFile
from tenants.transfer.held_back import HeldBack, ask_for_rows, hold_back_rows
from tenants.transfer.problems import ImportRefused, Problem, Problems, Unreadable, printable
from tenants.transfer.raised import refuse_raises, refuse_unbounded, unbounded_warnings
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.rows import Row
from tenants.transfer.served_apps import refuse_unclear_apps
from tenants.transfer.tables import RATE
from tenants.transfer.writing import staging
from tenants.transfer.writing.applying import Raced, apply_staged, write_staged_tables
from tenants.unpriced import unpriced_callees

BATCH = 2000  # rows
MOST_WARNINGS = 100
AGAIN = "Most likely somebody changed the same rows at the same time: run it again."
AWAY = "The database cannot be reached, or the connection broke."
RACED = f"A row changed after it was compared. {AGAIN}"
STALE = (
    "The data changed since this preview was made, so the import would not do what the preview "
    "says. Upload the file again."
)
NO_CALLEE = "This tenant has no callee of that alias, here or in the database."

# What is being done, how many rows are done, and of how many (0: not known).
Progress = Callable[[str, int, int], None]


class Stale(Exception):
    """The preview said something else."""


def run(
    source: Source,
    allowed: Allowed,
    dry_run: bool,
    progress: Progress,
    expected_digest: str = "",
    as_import: bool = True,
) -> Report:
    """With the digest of an earlier report, only if the same would be done again.

    `as_import`: it is kept so that it can be undone, and the audit has one entry for all of it.
    Otherwise the audit has one for each row. Raises ImportRefused.
    """
    an_import = _Import(source, allowed, Report(dry_run), Problems(), progress, as_import)
    carry_out(lambda: an_import.run(expected_digest), an_import.problems)
    return an_import.report


def carry_out(act: Callable[[], None], problems: Problems) -> None:
    """Raises ImportRefused, with what failed added to the problems."""
    failure = _failure_of(act)
    if failure:
        problems.append(Problem("", failure))
    if problems:
        # Not from the error itself: a database's text may hold the whole row.
        raise ImportRefused(problems)


def _failure_of(act: Callable[[], None]) -> str:
    try:
        act()
    except KeyRingError as error:
        return f"CLICKHOOK_ENCRYPTION_KEYS: {error}"
    except Unreadable as error:
        return str(error)
    except Raced:
        return RACED
    except Stale:
        return STALE
    except Error as error:
        return _database_sentence(error)
    return ""


def _database_sentence(error: Error) -> str:
    cause: Any = error.__cause__
    if isinstance(cause, psycopg.Error) and cause.diag.message_primary:
        hint = "" if isinstance(error, DataError | ProgrammingError) else f" {AGAIN}"
        return f"The database refused it: {cause.diag.message_primary}.{hint}"
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return AWAY
    return f"The database refused it. {AGAIN}"


@dataclass
class _Import:
    source: Source
    allowed: Allowed
    report: Report
    problems: Problems
    progress: Progress
    as_import: bool
    held_back: list[HeldBack] = field(default_factory=list)

    def run(self, expected_digest: str) -> None:
        key_ring()  # fails here, and not after the file is read
        self.progress("reading", 0, 0)

        with transaction.atomic():
            whole = self._check()
            if expected_digest and expected_digest != self.report.digest and not self.problems:
                raise Stale

            if not self.problems:
                refuse_raises(self.allowed, self.problems)
            if self.report.changes and not self.problems:
                self.progress(f"writing {len(self.report.changes):,} rows", 0, 0)
                write = write_staged if self.as_import else write_rows
                write(self.source, self.allowed, self.report)
                self._ask()
                refuse_unbounded(self.allowed, self.problems)
                refuse_unclear_apps(self.allowed, self.problems, whole)
            if not self.problems:
                self.report.warnings = warnings_about(self.report)
            transaction.set_rollback(self.report.dry_run or bool(self.problems))

    def _check(self) -> WholeFile:
        whole, done = WholeFile(self.allowed, self.problems), 0
        staging.create_table()

        for batch in _batches(self.source.rows(self.problems)):
            for number, row in enumerate(batch, done):
                row.number = number
            done += len(batch)
            estimate = self.source.estimate
            self.progress("checking", done, max(estimate, done) if estimate else 0)
            self._check_batch(batch, whole)

        whole.check()
        self._set_late_default_callees(whole)
        self._stage(whole.later)
        self.report.changes.sort(key=lambda change: change.number)
        return whole

    def _check_batch(self, batch: list[Row], whole: WholeFile) -> None:
        existing = Existing(batch, self.allowed)
        rows = compare_rows(batch, existing, whole, self.allowed, self.problems)
        waiting = set(whole.later)
        self._stage([row for row in rows if row not in waiting])

    def _stage(self, rows: list[Row]) -> None:
        if not self.problems:
            self._hold_back(rows)
            staging.add_rows(rows)
            for row in rows:
                self.report.add_row(row)

    def _hold_back(self, rows: list[Row]) -> None:
        if self.allowed.asking:
            self.held_back += hold_back_rows(rows)

    def _ask(self) -> None:
        if self.allowed.asking:
            self.report.waiting = ask_for_rows(self.held_back, self.allowed.asking)

    def _set_late_default_callees(self, whole: WholeFile) -> None:
        """For domains whose default callee stands further down in the file."""
        aliases = [(row, row.values["default_callee"]) for row in whole.later]
        for row, alias in aliases:
            if not whole.has_callee(row.tenant_slug, alias):
                self.problems.add(row.place_of("default_callee"), NO_CALLEE)

        if aliases and not self.problems:
            pairs = [(row.record.tenant_id, alias) for row, alias in aliases]
            keys = staging.staged_callee_keys(pairs)
            for row, alias in aliases:
                set_default_callee(row, alias, keys[row.record.tenant_id, alias])


def write_staged(source: Source, allowed: Allowed, report: Report) -> None:
    import_run = ImportRun.objects.create(
        by=allowed.user,
        source=printable(source.name)[-255:],
        counts=report.counts,
        tenant=Tenant.objects.filter(pk__in=report.only_tenant_ids).first(),
    )
    after = rate_counts(report)
    with as_one_entry(Action.IMPORTED, import_run, name=import_run.source, after=after):
        staging.analyze_table()
        apply_staged(import_run.pk)
    _announce(report)
    report.run = None if report.dry_run else import_run.pk


def write_rows(source: Source, allowed: Allowed, report: Report) -> None:
    import_run = ImportRun.objects.create(source=source.name)
    write_staged_tables(import_run.pk)
    import_run.delete()  # before the check of constraints, which tells webhooks of the import
    connection.check_constraints()
    _announce(report)


def _announce(report: Report) -> None:
    limits_changed.send(ImportRun, tenant_ids=[key for key in report.tenant_ids if key])


def rate_counts(report: Report) -> dict[str, int]:
    """For the audit's entry: the database counts other rows itself."""
    actions = Counter(change.action for change in report.changes if change.kind == RATE.kind)
    return {f"rate:{action}": count for action, count in actions.items()}


def warnings_about(report: Report) -> list[str]:
    """As the tables stand now, also within a dry run."""
    named = [key for key in report.named_tenant_ids if key is not None]
    sentences = [
        printable(unpriced.sentence) for unpriced in unpriced_callees(named, MOST_WARNINGS + 1)
    ]
    more = ["There are more such callees."] if len(sentences) > MOST_WARNINGS else []
    limited = [key for key in report.limited_tenant_ids if key is not None]
    unbounded = list(islice(unbounded_warnings(limited), MOST_WARNINGS))
    return [*sentences[:MOST_WARNINGS], *more, *unbounded]


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
