"""`manage.py revoke_api_key`: a key of the API is refused from now on."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import ApiKey


class Command(PlainHelpCommand):
    help = """Revoke a key of the management API: its next request is refused.

  manage.py revoke_api_key ck_1f2e3d4c5b6a

The beginning of the key is enough, as the admin's list of API keys shows it. Never write a whole
key on a command line.

Exit code 0: revoked; 1: there is no such key, or it was revoked before."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID", help="like ck_1f2e3d4c5b6a")

    def handle(self, *, id: str, **options: Any) -> None:
        if not ApiKey.objects.named(id).revoke():
            raise CommandError("There is no such key, or it was revoked before.")
        self.stdout.write("It is refused from now on.")
