"""`manage.py make_ticket_key`: a key with which a customer's back end signs visitor tickets."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import TicketKey
from tenants.models.ticket_key import MOST_LIVE, TooManyKeys


class Command(PlainHelpCommand):
    help = """Make a key with which a tenant's own back end signs visitor tickets.

The secret is shown this once: put it where the back end keeps its secrets. The README has recipes
for Python, PHP and Node under Tickets, "From your own back end".

  manage.py make_ticket_key acme
  manage.py make_ticket_key acme --json | jq -r .secret

Two keys of a tenant may live side by side. To change keys: make the second one, give it to the back
end, then retire the first one with `manage.py retire_ticket_key acme KID`.

Exit code 0: made; 1: there is no such tenant, or it has two live keys."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        parser.add_argument("--json", action="store_true", help="print kid and secret as JSON")

    @transaction.atomic
    def handle(self, *, tenant: str, **options: Any) -> None:
        key = TicketKey(tenant=find_named_tenant(tenant))
        try:
            secret = key.issue()
        except TooManyKeys as error:
            raise CommandError(
                f"{tenant} has {MOST_LIVE} live keys. Retire one first: manage.py "
                f"retire_ticket_key {tenant} KID."
            ) from error

        if options["json"]:
            self.stdout.write(json.dumps({"kid": key.kid, "secret": secret}))
        else:
            self.stdout.write(f"Key id: {key.kid}\nSecret: {secret}")
            self.stdout.write("The secret is not shown again.")
