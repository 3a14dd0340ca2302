"""A deck of rates from beginning to end: the file is all there is, and what is not in it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from tenants.models import Tenant
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.checking.comparison import NO_TENANT
from tenants.transfer.importing import (
    Progress,
    Stale,
    carry_out,
    warnings_about,
    write_staged,
)
from tenants.transfer.lowered import refuse_lower_prices
from tenants.transfer.problems import Problems
from tenants.transfer.reading.rate_deck import DeckRow, deck_rows
from tenants.transfer.reading.source import Source
from tenants.transfer.report import Report
from tenants.transfer.writing import staging
from tenants.transfer.writing.deck_staging import stage_deck

WHOLE_DECK = "The file is the whole deck: rates that are not in it are removed."
STEP = 10_000  # rows between two steps of the progress


def import_deck(
    source: Source, allowed: Allowed, dry_run: bool, progress: Progress, expected_digest: str = ""
) -> Report:
    """With the digest of an earlier report, only if the same would be done again.

    Raises ImportRefused.
    """
    report = Report(dry_run, note=WHOLE_DECK)
    an_import = _DeckImport(source, allowed, report, Problems(), progress)
    carry_out(lambda: an_import.run(expected_digest), an_import.problems)
    return report


@dataclass
class _DeckImport:
    source: Source
    allowed: Allowed
    report: Report
    problems: Problems
    progress: Progress

    def run(self, expected_digest: str) -> None:
        with transaction.atomic():
            tenant = self._lock_tenant()
            if tenant is None:
                self.problems.add("", NO_TENANT)
                return

            self._compare(tenant)
            if self.report.changes and not self.problems:
                refuse_lower_prices(tenant, self.allowed, self.problems)
            if expected_digest and expected_digest != self.report.digest and not self.problems:
                raise Stale
            if self.report.changes and not self.problems:
                self.progress(f"writing {len(self.report.changes):,} rates", 0, 0)
                write_staged(self.source, self.allowed, self.report)
            if not self.problems:
                self.report.named_tenant_ids.add(tenant.pk)
                self.report.warnings = warnings_about(self.report)
            transaction.set_rollback(self.report.dry_run or bool(self.problems))

    def _lock_tenant(self) -> Tenant | None:
        """Two decks of one tenant wait for each other; nothing else waits for this lock."""
        tenant = self.allowed.by_slug({self.source.tenant}).get(self.source.tenant)
        rows = Tenant.objects.select_for_update(no_key=True)
        return rows.filter(pk=tenant.pk).first() if tenant else None

    def _compare(self, tenant: Tenant) -> None:
        staging.create_table()
        rows = self._counted(
            deck_rows(
                self.source.content, tenant.currency, self.problems, self.source.ignored_columns
            )
        )
        count = stage_deck(rows, tenant.pk, tenant.slug, tenant.currency)
        if self.problems:
            return

        self.report.tenant_ids = {tenant.pk}
        self.report.changes = list(staging.staged_changes())
        given = [change for change in self.report.changes if change.action != "removed"]
        self.report.unchanged = count - len(given)

    def _counted(self, rows: Iterator[DeckRow]) -> Iterator[DeckRow]:
        for number, row in enumerate(rows):
            if number % STEP == 0:
                self.progress("checking", number, max(self.source.estimate, number))
            yield row
