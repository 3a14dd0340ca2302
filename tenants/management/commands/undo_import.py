"""`manage.py undo_import`: an import taken back."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tenants.management.plain_help import PlainHelpCommand
from tenants.transfer import terminal, undoing
from tenants.transfer.checking.allowed import OPERATOR


class Command(PlainHelpCommand):
    help = """Take an import back: delete the rows that it added, restore those that it changed.

  manage.py import_csv callees sales.csv     its report ends with the number, such as 12
  manage.py undo_import 12 --dry-run         shows what would change
  manage.py undo_import 12

It is all or nothing. If a row was changed or deleted since, or something new refers to a row that
would be deleted, nothing is undone, and all of them are listed (up to 200). An undo is an import
too: it can be undone.

Exit code 0: done, or undone already; 1: refused, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID", type=int, help="the number in the import's report")
        terminal.add_report_arguments(parser)

    def handle(self, *, id: int, dry_run: bool, json: bool, **options: Any) -> None:
        terminal.print_report(
            self,
            lambda progress: undoing.undo(id, OPERATOR, dry_run, progress),
            f"with undoing import {id}",
            dry_run,
            json,
        )
