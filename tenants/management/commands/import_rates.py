"""`manage.py import_rates`: what calls cost a tenant, by the first digits of the number."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tenants.management.plain_help import PlainHelpCommand
from tenants.transfer.reading.source import Source, read_content
from tenants.transfer.tables import RATE
from tenants.transfer.terminal import add_csv_arguments, run_and_print


class Command(PlainHelpCommand):
    help = """Replace a tenant's rates by those of a CSV file: all of it, or nothing.

The file is the whole deck: a rate that is not in it is REMOVED. --dry-run shows which.

  prefix,per_minute,connect_fee,first_increment,next_increment,currency
  49,0.015,0.00,60,1,EUR
  4915,0.09,0.00,60,60,EUR

Every column is needed, in any order. Of all prefixes that a number begins with, the longest one
decides, so prefixes may overlap. A prefix is digits with the country code, without + or 00. Money
has a decimal point and at most six digits after it, in the tenant's currency; increments are
seconds: the first is charged when the call is answered, the next ones as they begin.

At most 200,000 rates. Separators, encodings and --ignore-column are as in `manage.py import_csv`.
A second run of the same file changes nothing. With any problem nothing is changed, and every
problem (up to 200) is listed with its line and column. `manage.py undo_import` takes an import
back, and `manage.py export rates --tenant acme` writes such a file.

Exit code 0: done, or nothing to change; 1: problems, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="whose rates these are: a short name")
        parser.add_argument("file", metavar="FILE", help="*.csv; - reads standard input")
        add_csv_arguments(parser)

    def handle(
        self,
        *,
        tenant: str,
        file: str,
        ignore_column: list[str],
        dry_run: bool,
        json: bool,
        **options: Any,
    ) -> None:
        ignored = tuple(ignore_column)
        run_and_print(
            self,
            lambda: Source(file, read_content(file), RATE, tenant, ignored),
            file,
            dry_run,
            json,
        )
