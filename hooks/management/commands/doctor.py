"""`manage.py doctor`: is everything in order, and if not, what to do."""

from __future__ import annotations

import json as json_text
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from hooks.duties.checkup import Finding, check_everything
from tenants.management.plain_help import PlainHelpCommand


class Command(PlainHelpCommand):
    help = """Look at worker, database, WCS instances, alarms, switches, limits and keys.

Each line says what is in order ("ok") or not ("!!"), and what to do about it. It changes nothing.
It asks the REST API of each WCS instance, the first ten, for its connections.

Exit code 0: everything is in order; 1: something is not, or the database cannot be read."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="a list of findings as JSON")

    def handle(self, *, json: bool, **options: Any) -> None:
        try:
            findings = list(check_everything())
        except DatabaseError as error:
            first_line = str(error).partition("\n")[0]
            raise CommandError(f"The database cannot be read: {first_line}") from error

        if json:
            self.stdout.write(json_text.dumps([finding._asdict() for finding in findings]))
        else:
            for finding in findings:
                self._write(finding)
        if not all(finding.is_well for finding in findings):
            raise CommandError("Something is not in order; see above.")

    def _write(self, finding: Finding) -> None:
        mark = "ok" if finding.is_well else "!!"
        self.stdout.write(
            f"{mark}  {finding.check:<10} {finding.sentence} {finding.remedy}".rstrip()
        )
