"""`manage.py reset_second_factor`: for whoever lost phone and recovery codes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import SecondFactor
from tenants.sign_in.ending import end_sessions_of


class Command(PlainHelpCommand):
    help = """Forget somebody's authenticator app and recovery codes, and sign her out everywhere.

At the next sign-in her password leads her to set up a new app. Whoever knows the password can do that too,
so make sure it is she who asks, and change the password first where it may be known:

  manage.py changepassword lena
  manage.py reset_second_factor lena

An administrator does the same in the admin: Users, choose her, "Reset the second factor". This command is for
when no administrator can get in. It does not end the fifteen minutes' wait after wrong passwords: that is
manage.py axes_reset_username.

Exit code 0: done, or she had none; 1: there is no such user. With --json the output is one object:
user, had_second_factor, sessions_ended."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="the name she signs in with")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    @transaction.atomic
    def handle(self, *, user: str, **options: Any) -> None:
        person = User.objects.filter(username=user).first()
        if person is None:
            raise CommandError(f"There is no user {user!r}.")
        had = SecondFactor.objects.filter(user=person, confirmed=True).exists()
        SecondFactor.objects.filter(user=person).delete()
        ended = end_sessions_of(person)
        if options["json"]:
            self.stdout.write(
                json.dumps({"user": user, "had_second_factor": had, "sessions_ended": ended})
            )
        else:
            was = "forgotten" if had else "not set up anyway"
            self.stdout.write(
                f"The second factor of {user} is {was}; {ended} sessions ended. The next sign-in sets one up."
            )
