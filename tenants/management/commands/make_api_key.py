"""`manage.py make_api_key`: a key with which a program uses the management API."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import ApiKey
from tenants.models.api_key import COMMAND_LINE, MOST_LIVE, TooManyApiKeys


class Command(PlainHelpCommand):
    help = """Make a key with which a program uses the management API.

The key is shown this once: put it where the program keeps its secrets. The README shows what a
program does with it, under "The API".

  manage.py make_api_key crm --tenant acme --scope read
  manage.py make_api_key crm --tenant acme --scope calls:read callees:write --days 90
  manage.py make_api_key onboarding --everything --scope write --json | jq -r .key

A scope is read, write, or one resource with one of these, like callees:write. Whoever may write may
read. Calls, sessions and events can only be read. A key of one tenant sees nothing of others; a key
of everything adds tenants and WCS instances.

Exit code 0: made; 1: there is no such tenant, a scope is unknown, or too many keys live."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="who uses it; stands in the audit")
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", metavar="SLUG", help="of this tenant alone")
        whose.add_argument("--everything", action="store_true", help="of the whole installation")
        parser.add_argument(
            "--scope",
            nargs="+",
            metavar="SCOPE",
            required=True,
            help="read, write, or of one resource, like callees:write",
        )
        parser.add_argument("--days", type=int, metavar="N", help="expires after so many days")
        parser.add_argument("--json", action="store_true", help="print the key as JSON")

    @transaction.atomic
    def handle(
        self, *, name: str, tenant: str | None, scope: list[str], days: int | None, **options: Any
    ) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days takes 1 to 3650.")
        key = ApiKey(
            name=name,
            tenant=find_named_tenant(tenant) if tenant else None,
            scopes=scope,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        text = _issue(key)
        if options["json"]:
            self.stdout.write(json.dumps({"key": text, "id": key.shown_id}))
        else:
            self.stdout.write(f"Key: {text}\nIt is not shown again.")


def _issue(key: ApiKey) -> str:
    try:
        key.clean_fields()
        return key.issue(COMMAND_LINE).text
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    except TooManyApiKeys as error:
        raise CommandError(
            f"{MOST_LIVE} keys live already. Revoke one first: manage.py revoke_api_key ID."
        ) from error
