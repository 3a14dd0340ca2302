"""`manage.py migrate`: Django's own, while hooks are answered; then ids and weeks of events."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from clickhook.giving_way import GaveUpError, GivingWay, lacks_lock
from hooks.cells.id_ranges import keep_to_range
from hooks.event_weeks import make_weeks


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        giving_way = GivingWay(connections[options["database"]], self._tell)
        with giving_way.at_work():
            try:
                while not self._has_migrated(*args, **options):
                    giving_way.leave_transaction()
                    giving_way.wait()
                if not options["plan"] and not options["check_unapplied"]:
                    self._keep_to_range()
                    self._make_weeks(connections[options["database"]])
            except GaveUpError as error:
                raise CommandError(str(error)) from None

    def _has_migrated(self, *args: Any, **options: Any) -> bool:
        """False where a migration did not get a lock: it changed nothing."""
        try:
            super().handle(*args, **options)
        except OperationalError as error:
            if lacks_lock(error):
                return False
            raise
        return True

    def _keep_to_range(self) -> None:
        """Each time, so that a table of a new version is never forgotten."""
        changed = [sequence.table for sequence in keep_to_range(settings.CLICKHOOK_CELL)]
        if changed and settings.CLICKHOOK_CELL:
            self.stdout.write(
                f"New ids of {len(changed)} tables are of cell {settings.CLICKHOOK_CELL}."
            )

    def _make_weeks(self, connection: BaseDatabaseWrapper) -> None:
        """Before the first event of each: the worker's duty may not have run yet."""
        with connection.cursor() as cursor:
            cursor.execute(make_weeks(settings.CLICKHOOK_KEEP_EVENTS))

    def _tell(self, sentence: str) -> None:
        self.stderr.write(f"migrate {sentence}")
