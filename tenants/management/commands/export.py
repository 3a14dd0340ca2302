"""`manage.py export`: a table, or everything, as a file that imports again."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import CommandError
from django.db.models import QuerySet

from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import Tenant
from tenants.transfer import exporting
from tenants.transfer.tables import BY_NAME, RATE, WITH_RATES

ALL_TABLES = "everything"
FORMATS = {".json": "json", ".yaml": "yaml", ".yml": "yaml"}  # by the file's suffix


class Command(PlainHelpCommand):
    help = """Write rows into a file: as CSV for spreadsheets, or as JSON or YAML.

  manage.py export callees --tenant acme -o callees.csv      then edit it, and:
  manage.py import_csv callees callees.csv --dry-run

  manage.py export everything -o all.json                    for manage.py import_tenants all.json

Imported again unchanged, the file changes nothing. Passwords are never in it, and an import
without them keeps the stored ones. In CSV, a cell that a spreadsheet would run as a formula
begins with an apostrophe ('+4930123456), which the import takes away. WCS instances are not
exported. Rates are written for one tenant, as CSV, and everything does not hold them:

  manage.py export rates --tenant acme -o deck.csv    for manage.py import_rates acme deck.csv

Limits, destinations, hours, holidays and fallbacks do not fit into cells: they are in JSON and
YAML alone.

Exit code 0: done; 1: it cannot be written, or there is no such tenant."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=[*WITH_RATES, ALL_TABLES])
        parser.add_argument("--tenant", metavar="SLUG", help="only rows of this tenant")
        parser.add_argument(
            "--format",
            choices=["csv", "json", "yaml"],
            help="default: as FILE's name ends, otherwise csv",
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", default="-", help="default: standard output"
        )

    def handle(
        self, *, table: str, tenant: str | None, format: str | None, output: str, **options: Any
    ) -> None:
        tenants = _find_tenants(tenant)
        suffix = Path(output).suffix.lower()
        chosen = format or FORMATS.get(suffix, "csv")
        if table == ALL_TABLES and chosen == "csv":
            raise CommandError(
                "A CSV file holds one table: everything is written as JSON or YAML (--format json)."
            )

        if WITH_RATES.get(table) is RATE and (tenant is None or chosen != "csv"):
            raise CommandError("Rates are written for one tenant (--tenant SLUG), as CSV.")

        with _open_output(output) as file:
            _write(file, table, tenants, chosen)
        owner = tenants.first() if tenant else None
        record(Action.EXPORTED, name=f"{table}: {output}", tenant=owner)


def _write(file: IO[str], table: str, tenants: QuerySet[Tenant], format: str) -> None:
    if format == "csv":
        records = exporting.table_records(WITH_RATES[table], tenants)
        return exporting.write_csv(file, WITH_RATES[table], records)

    tables = [*BY_NAME.values()] if table == ALL_TABLES else [BY_NAME[table]]
    write = {"json": exporting.write_json, "yaml": exporting.write_yaml}[format]
    return write(file, exporting.build_document(tables, tenants))


def _find_tenants(slug: str | None) -> QuerySet[Tenant]:
    if slug is None:
        return Tenant.objects.all()
    return Tenant.objects.filter(pk=find_named_tenant(slug).pk)


@contextmanager
def _open_output(output: str) -> Iterator[IO[str]]:
    """A file appears under its name when it is whole. Standard output is UTF-8 in any terminal."""
    if output == "-":
        file = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
        yield file
        file.detach()
        return

    path, problem = Path(output), ""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as written:
            yield written
        os.replace(part, path)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    finally:
        part.unlink(missing_ok=True)

    if problem:
        raise CommandError(f"{output} cannot be written: {problem}.")
