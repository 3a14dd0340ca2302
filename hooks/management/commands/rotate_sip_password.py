"""`manage.py rotate_sip_password`: another SIP password, without a call that is dropped."""

from __future__ import annotations

import json as json_text
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from hooks.calls.sip_rotation import begin_rotation, cancel_rotation, read_rotation
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import SipAccount
from tenants.secrets.encryption import Secret, SecretUnreadable

LONGEST = 1024  # characters


class Command(PlainHelpCommand):
    help = """Change the password of a SIP account while visitors call.

First add the password at the SIP server, if it can hold two; otherwise change it there right after
this command. Then:

  manage.py rotate_sip_password acme/10001 < new-password.txt
  manage.py rotate_sip_password acme/10001 --show

The next visitor who connects gets the new password. When their browser registers or their call
rings, all new visitors get it. If the SIP server refuses it, everybody keeps the old one, and
--show says why. Visitors who are connected keep the password that they have. The worker judges and
forgets, so one must run (manage.py worker).

The password comes from standard input or --password-file, without the end of its line; it is
never an argument, which other users of this machine would see.

Exit code 0: done; 1: nothing was changed. With --json the output is one object: account, state
(none, waiting, proving, proved, failed), since, detail, old_sessions."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "account", metavar="TENANT/LOGIN", help="or TENANT/LOGIN@DOMAIN, if there are several"
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--password-file", type=Path, metavar="FILE", help="default: standard input"
        )
        what.add_argument("--show", action="store_true", help="only tell how far it is")
        what.add_argument("--cancel", action="store_true", help="forget the new password")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, account: str, json: bool, **options: Any) -> None:
        row = _find_account(account)
        try:
            if options["cancel"]:
                _cancel(row)
            elif not options["show"]:
                begin_rotation(row.pk, _read_password(options["password_file"]))
        except SecretUnreadable as error:
            raise CommandError(f"A stored password does not open: {error}") from None
        row.refresh_from_db()
        self._tell(account, row, json)

    def _tell(self, name: str, account: SipAccount, as_json: bool) -> None:
        rotation = read_rotation(account)
        if as_json:
            since = rotation.since.isoformat() if rotation.since else None
            more = {"detail": rotation.detail, "old_sessions": rotation.old_sessions}
            data = {"account": name, "state": rotation.state, "since": since, **more}
            self.stdout.write(json_text.dumps(data))
        else:
            self.stdout.write(f"{name}: {rotation.sentence}")
            if rotation.detail:
                self.stdout.write(rotation.detail)


def _find_account(text: str) -> SipAccount:
    slug, _, name = text.partition("/")
    login, at, domain = name.rpartition("@") if "@" in name else (name, "", "")
    found = SipAccount.objects.filter(tenant__slug=slug, login=login)
    if at:
        found = found.filter(domain=domain)
    accounts = list(found[:2])
    if len(accounts) > 1:
        raise CommandError(f"There are several of that login: write {text}@DOMAIN.")
    if not accounts:
        raise CommandError(f"There is no SIP account {text!r}; it is named like acme/10001.")
    return accounts[0]


def _cancel(account: SipAccount) -> None:
    if not cancel_rotation(account.pk):
        raise CommandError("The new password works already, so it stays.")


def _read_password(file: Path | None) -> Secret:
    try:
        text = file.read_text() if file else sys.stdin.read(LONGEST + 2)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"The password cannot be read: {type(error).__name__}.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise CommandError("The password is empty.")
    if "\n" in text or len(text) > LONGEST:
        raise CommandError(f"A password is one line of at most {LONGEST} characters.")
    return Secret(text)
