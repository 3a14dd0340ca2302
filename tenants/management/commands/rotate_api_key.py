"""`manage.py rotate_api_key`: a key of the API gets a new secret, beside the one of before."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import ApiKey
from tenants.models.api_key import COMMAND_LINE


class Command(PlainHelpCommand):
    help = """Give a key of the management API a new secret. It is shown this once.

The secret of before is taken for 24 more hours: give the program the new one meanwhile.

  manage.py rotate_api_key ck_1f2e3d4c5b6a
  manage.py rotate_api_key ck_1f2e3d4c5b6a --json | jq -r .key

Exit code 0: rotated; 1: there is no such key, or it has ended."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID", help="like ck_1f2e3d4c5b6a")
        parser.add_argument("--json", action="store_true", help="print the key as JSON")

    @transaction.atomic
    def handle(self, *, id: str, **options: Any) -> None:
        key = ApiKey.objects.named(id).live().select_for_update(of=("self",)).first()
        if key is None:
            raise CommandError("There is no such key, or it has ended.")
        text = key.rotate(COMMAND_LINE).text
        if options["json"]:
            self.stdout.write(json.dumps({"key": text, "id": key.shown_id}))
        else:
            self.stdout.write(f"Key: {text}\nIt is not shown again.")
