"""`manage.py prune`: deletes what served its time now, all of it."""

from __future__ import annotations

import asyncio
import json as json_text
from argparse import ArgumentParser
from collections import Counter
from typing import Any

import psycopg
from django.core.management.base import CommandError
from psycopg.errors import LockNotAvailable

from hooks.database import DatabaseAway, explain, noticing_absence
from hooks.duties.clock_steps import ClockSteps
from hooks.duties.kept import BATCH, Kind, list_kinds
from hooks.duties.pruning import delete_batch
from hooks.duties.repeating import Connection, connect
from hooks.duties.weeks import count_events, drop, list_long, list_past
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine

DROP_TRIES, PAUSE = 60, 1.0  # seconds, in which those who read for a moment get through


class Command(PlainHelpCommand):
    help = """Delete what served its time: at once, while hooks are answered.

The worker does the same all the time. This is for the day when CLICKHOOK_KEEP_EVENTS or
CLICKHOOK_KEEP_CALLS becomes shorter, and for installations that want to see what would go.

  events              after CLICKHOOK_KEEP_EVENTS days (90); a whole week goes at a time, so some
                      are kept for six days more; from 168 days on, for up to a twelfth more
  calls, sessions     after CLICKHOOK_KEEP_CALLS days (730), once they have ended and are settled
  endings, webhook messages     after 30 days
  notices             after 92 days
  breaches, meters of visitors, spent tickets     when no limit and no ticket needs them any more

The figures of each hour, which the charts show, stay. So do tenants and the audit.

    manage.py prune --dry-run     how many rows of each kind would go; changes nothing

Batches of 10,000 rows; interrupted, run it again. To erase what belongs to one visitor, see erase.

Nothing is deleted while PostgreSQL's clock and this machine's differ by more than 30 seconds.

Exit code 0: done; 1: the database ended it, or its clock is in doubt."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")
        parser.add_argument("--json", action="store_true", help="the numbers by kind, as JSON")

    def handle(self, *, dry_run: bool, json: bool, **options: Any) -> None:
        self._line = ProgressLine(self)
        try:
            with noticing_absence():
                numbers = asyncio.run(self._go_through(dry_run))
        except LockNotAvailable:
            raise CommandError("Somebody reads the events all the time. Run it again.") from None
        except DatabaseAway as away:
            raise CommandError(f"The database ended it: {explain(away)}. Run it again.") from None
        except psycopg.Error as error:
            raise CommandError(f"The database ended it: {error}") from None
        finally:
            self._line.clear()

        if json:
            return self.stdout.write(json_text.dumps({"dry_run": dry_run, "rows": numbers}))
        verb = "would be deleted" if dry_run else "deleted"
        for name, number in numbers.items():
            self.stdout.write(f"{number:>12,} {name} {verb}")
        return None

    async def _go_through(self, dry_run: bool) -> Counter[str]:
        work = _count if dry_run else self._delete
        async with await connect() as connection:
            await connection.execute("SET statement_timeout = 0")
            if not dry_run and (doubt := await ClockSteps().find_doubt(connection)):
                raise CommandError(f"Nothing is deleted: {doubt}. Let NTP set the clocks.")
            numbers = Counter(events=await self._drop_weeks(connection, dry_run))
            for kind in [*list_kinds(), *await list_long(connection)]:
                numbers[kind.name] += await work(connection, kind)
            return numbers

    async def _drop_weeks(self, connection: Connection, dry_run: bool) -> int:
        """The number of their events."""
        total = 0
        for week in await list_past(connection):
            self._line.show(f"dropping {week}", total, unit="rows")
            total += await count_events(connection, week)
            if not dry_run:
                await self._drop(connection, week)
        return total

    async def _drop(self, connection: Connection, week: str) -> None:
        """Raises LockNotAvailable where somebody reads all the time."""
        for _ in range(DROP_TRIES - 1):
            try:
                await drop(connection, week)
            except LockNotAvailable:
                self._line.show(f"waiting for whoever reads {week}")
                await asyncio.sleep(PAUSE)
            else:
                return
        await drop(connection, week)

    async def _delete(self, connection: Connection, kind: Kind) -> int:
        total = number = await delete_batch(connection, kind)
        while number == BATCH:
            self._line.show(f"deleting {kind.name}", total, unit="rows")
            number = await delete_batch(connection, kind)
            total += number
        return total


async def _count(connection: Connection, kind: Kind) -> int:
    row = await (await connection.execute(kind.count, kind.values)).fetchone()
    return int(row[0]) if row else 0
