"""`manage.py reset_second_factor`: for a person who lost phone and recovery codes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import SecondFactor
from tenants.sign_in.ending import end_sessions


class Command(PlainHelpCommand):
    help = """Forget a person's app, recovery codes and passkeys, and sign them out everywhere.

At the next sign-in they enter their password and set up a new app. Anybody who knows the password
can do that too: make sure who asks, and change the password first if others may know it:

  manage.py changepassword lena
  manage.py reset_second_factor lena

An administrator does the same in the admin: Users, choose the person, "Reset the second factor".
This command is for when no administrator can sign in. Wrong passwords block sign-in for
15 minutes; this command does not end that, `manage.py axes_reset_username` does.

Exit code 0: done, or they had no second factor; 1: there is no such user. With --json the output
is one object: user, had_second_factor, sessions_ended."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="the name that they sign in with")
        parser.add_argument("--json", action="store_true", help="print what was done as JSON")

    @transaction.atomic
    def handle(self, *, user: str, **options: Any) -> None:
        person = User.objects.filter(username=user).first()
        if person is None:
            raise CommandError(f"There is no user {user!r}.")

        had = SecondFactor.objects.filter(user=person, confirmed=True).exists()
        SecondFactor.objects.filter(user=person).delete()
        person.passkeys.all().delete()
        ended = end_sessions(person)

        if options["json"]:
            data = {"user": user, "had_second_factor": had, "sessions_ended": ended}
            self.stdout.write(json.dumps(data))
        else:
            state = "forgotten" if had else "not set up anyway"
            self.stdout.write(
                f"The second factor of {user} is {state}; {ended} sessions ended. "
                "The next sign-in sets one up."
            )
