"""`manage.py retire_ticket_key`: from now on, tickets of that key are refused."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import TicketKey


class Command(PlainHelpCommand):
    help = """Retire a key for visitor tickets: the very next ticket that it signed is refused.

  manage.py retire_ticket_key acme tk-0123456789ab

Exit code 0: retired, or it was retired before; 1: there is no such key. With --json the output is
one object: kid, retired_at."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="the tenant's short name")
        parser.add_argument("kid", metavar="KID", help="the id of the key")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    def handle(self, *, tenant: str, kid: str, **options: Any) -> None:
        keys = TicketKey.objects.filter(tenant__slug=tenant, kid=kid)
        keys.retire()
        key = keys.first()
        if key is None or key.retired_at is None:
            raise CommandError(f"The tenant {tenant!r} has no key {kid!r}.")

        if options["json"]:
            data = {"kid": key.kid, "retired_at": key.retired_at.isoformat()}
            self.stdout.write(json.dumps(data))
        else:
            self.stdout.write(f"{kid} is retired.")
