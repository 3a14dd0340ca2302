"""`manage.py doctor`: is this installation in order, and if not, what to do."""

from __future__ import annotations

import json as json_text
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from clickhook.doctor.checkup import check_everything
from clickhook.doctor.finding import Finding
from tenants.management.plain_help import PlainHelpCommand


class Command(PlainHelpCommand):
    help = """Say what is wrong with this installation, and what to do about it.

  settings     what is legal and still wrong, `check --deploy` included
  secrets      whether every stored secret opens, and who may read the keys
  weeks        whether the weeks in which events lie are made and dropped in time
  worker       whether one runs, and whether a duty of it fails
  postgres     version, extension, missing migrations, connections, a pooler in between
  statistics   statistics, bloat, unusable indexes, transactions that last too long
  cell         whether new ids are of this cell's range, CLICKHOOK_CELL
  replication  standbys, how far each is behind, slots that fill the disk
  replica      whether DATABASE_REPLICA_URL leads to a standby of ours
  clock        of this machine, of PostgreSQL, of the gateways
  disk         room, and events that wait for the database
  public url   whether it leads here, and through as many proxies as are trusted
  button       whether the Web SDK is there
  instances    unsigned ones, and those where no call can be ended
  traffic      instances that are silent for a day, and methods that are not attached at the WCS
  payloads     fields that no documentation names: a new WCS build
  rest api     of the first ten instances: whether it answers, wants a login, and serves us alone
  alarms, switches
  tenants      those that can lose without a bound, and those that cannot take a call
  api keys     those of which nobody recorded who saw them
  webhooks     endpoints that fail, and networks that are open to them
  single sign-on  whether staff get in, also while the provider is away

Each line says what is in order ("ok") or not ("!!"). Nothing is changed. Administrators see the
same in the admin: the button Doctor on the start page.

Exit code 0: everything is in order; 1: something is not."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="a list of findings as JSON")

    def handle(self, *, json: bool, **options: Any) -> None:
        findings = []
        for finding in check_everything():
            findings.append(finding)
            if not json:
                self._write(finding)

        if json:
            self.stdout.write(json_text.dumps([finding._asdict() for finding in findings]))
        if not all(finding.is_well for finding in findings):
            raise CommandError("Something is not in order; see above.")

    def _write(self, finding: Finding) -> None:
        mark = "ok" if finding.is_well else "!!"
        self.stdout.write(
            f"{mark}  {finding.check:<12} {finding.sentence} {finding.remedy}".rstrip()
        )
        self.stdout.flush()
