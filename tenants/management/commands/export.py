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
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import Tenant
from tenants.transfer import exporting
from tenants.transfer.tables import BY_NAME

EVERYTHING = "everything"


class Command(PlainHelpCommand):
    help = """Write rows into a file: as CSV for spreadsheets, or as JSON or YAML.

  manage.py export callees --tenant acme -o callees.csv      then edit it, and:
  manage.py import_csv callees callees.csv --dry-run

  manage.py export everything -o all.json                    for manage.py import_tenants all.json

Imported again unchanged, the file changes nothing. Passwords are never in it, and an import without them keeps those
that are set. In CSV, a cell that a spreadsheet would run as a formula has an apostrophe before it: '+4930123456; the
import takes it away. WCS instances are not exported.

Exit code 0: done; 1: it cannot be written, or there is no such tenant."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=[*BY_NAME, EVERYTHING])
        parser.add_argument("--tenant", metavar="SLUG", help="of this tenant alone")
        parser.add_argument(
            "--format", choices=["csv", "json", "yaml"], help="else as FILE's name says, or csv"
        )
        parser.add_argument(
            "-o", "--output", metavar="FILE", default="-", help="standard output by default"
        )

    def handle(
        self, *, table: str, tenant: str | None, format: str | None, output: str, **options: Any
    ) -> None:
        tenants = _tenants(tenant)
        chosen = format or {".json": "json", ".yaml": "yaml", ".yml": "yaml"}.get(
            Path(output).suffix.lower(), "csv"
        )
        if table == EVERYTHING and chosen == "csv":
            raise CommandError(
                "A CSV file holds one table: everything is written as JSON or YAML (--format json)."
            )
        with _opened(output) as file:
            _write(file, table, tenants, chosen)
        record(
            Action.EXPORTED, name=f"{table}: {output}", tenant=tenants.first() if tenant else None
        )


def _write(file: IO[str], table: str, tenants: QuerySet[Tenant], format: str) -> None:
    if format == "csv":
        return exporting.write_csv(file, BY_NAME[table], exporting.of(BY_NAME[table], tenants))
    write = {"json": exporting.write_json, "yaml": exporting.write_yaml}[format]
    return write(
        file,
        exporting.document(
            [*BY_NAME.values()] if table == EVERYTHING else [BY_NAME[table]], tenants
        ),
    )


def _tenants(slug: str | None) -> QuerySet[Tenant]:
    tenants = Tenant.objects.all() if slug is None else Tenant.objects.filter(slug=slug)
    if slug is not None and not tenants.exists():
        raise CommandError("There is no such tenant.")
    return tenants


@contextmanager
def _opened(output: str) -> Iterator[IO[str]]:
    """A file appears under its name when it is whole. As standard output, UTF-8 whatever the terminal speaks."""
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
