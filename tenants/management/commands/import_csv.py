"""`manage.py import_csv`: one table as a spreadsheet saves it, all or nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from tenants.management.plain_help import PlainHelpCommand
from tenants.transfer.reading.source import Source, read_content
from tenants.transfer.tables import BY_NAME
from tenants.transfer.terminal import add_csv_arguments, run_and_print


class Command(PlainHelpCommand):
    help = """Add and change rows of one table as a CSV file says: all of it, or nothing.

The first line names the columns, in any order. Five tables, with an example of each:

  callees         tenant,alias,target,default,keypad
                  acme,sales,+4930123456,yes,no

  domains         tenant,origin,include_subdomains,default_callee
                  acme,https://www.acme.example,no,sales

  sip_accounts    tenant,login,domain,password,authentication_name,outbound_proxy,port,enabled,
                  internal_rate
                  acme,10001,sip.acme.example,...,10001,203.0.113.5,5060,yes,0.00

  streams         tenant,alias,name,may_publish,may_play,publishers,players,longest_seconds
                  acme,studio,acme-studio-4f1c,yes,yes,1,10,3600

  tenants         slug,name,status,sip_register_required,country,currency,time_zone
                  acme,Acme Ltd,active,no,DE,EUR,Europe/Berlin

In "message_operations" the names stand with spaces between. Limits, destinations, hours,
holidays and fallbacks do not fit into cells: `manage.py import_tenants` takes them. Rates have a
command of their own: `manage.py import_rates`.

"tenant" is the tenant's short name; with --tenant acme the column may be left out.
`manage.py export callees` writes such a file, and `manage.py import_tenants` takes everything at
once, as JSON or YAML.

As spreadsheets write it:

  UTF-8, UTF-16 and Windows-1252; commas, semicolons, tabs or | between the cells, as in the
  first line.
  A column that is not known refuses the file, unless --ignore-column names it.
  Capitals and spaces in the names of columns do not matter: "Default callee" is default_callee.
  Yes is yes, true, 1, ja or wahr; no is no, false, 0, nein or falsch. Blank lines are skipped.
  A number that the spreadsheet has changed (4.93E+11, 10001.0, 26.11.2026) is refused: format
  that column as text. Blanks, brackets, dots and hyphens within a number are taken out, and
  ="0301234567" is 0301234567.
  An apostrophe before = + - @ at the beginning of a cell is taken away; `export` puts it there,
  so that no spreadsheet runs the cell as a formula. Passwords are taken as they are.

The rules:

  A row is recognised by its tenant and alias, its tenant, login and domain, its origin, or its
  slug. It is added if it does not exist, and changed if it differs. Nothing is ever deleted.
  A column that is left out stays as it is. An empty cell empties a text; it leaves a password,
  a port, a yes or no as it is. An empty default_callee or internal_rate means none.
  A callee becomes the default only if the old default says no in the same file.
  An origin is never moved from one tenant to another: delete it there first. Several tenants may
  have one that every mobile app has, like capacitor://localhost, if no WCS instance serves two.

A second run of the same file changes nothing. With any problem nothing is changed, and every
problem (up to 200) is listed with its line and column. `manage.py undo_import` takes an import
back.

Exit code 0: done, or nothing to change; 1: problems, and nothing is changed."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=[*BY_NAME])
        parser.add_argument("file", metavar="FILE", help="*.csv; - reads standard input")
        parser.add_argument("--tenant", default="", metavar="SLUG", help="whose rows these are")
        add_csv_arguments(parser)

    def handle(
        self,
        *,
        table: str,
        file: str,
        tenant: str,
        ignore_column: list[str],
        dry_run: bool,
        json: bool,
        **options: Any,
    ) -> None:
        ignored = tuple(ignore_column)
        run_and_print(
            self,
            lambda: Source(file, read_content(file), BY_NAME[table], tenant, ignored),
            file,
            dry_run,
            json,
        )
