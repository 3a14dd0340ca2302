"""`manage.py kill_switch`: no call any more, at once, for one thing or for everything."""

from __future__ import annotations

import getpass
import json as json_text
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from hooks.wcs.ending import ASKED, GONE
from hooks.wcs.kill_switch.switching import (
    EndedCall,
    EndedStream,
    switch_off,
    switch_on_again,
)
from hooks.wcs.kill_switch.targets import KINDS, Target, UnknownTarget, find_target
from tenants.management.plain_help import PlainHelpCommand

NAMES = {
    "tenant": ("SLUG", "like acme"),
    "domain": ("[SLUG/]ORIGIN", "like https://www.acme.example; with acme/ before it for an app"),
    "callee": ("SLUG/ALIAS", "like acme/sales"),
    "account": ("SLUG/LOGIN", "a SIP account, like acme/10001"),
    "visitor": ("SLUG/VISITOR", "the visitor's id, as the page of a session shows it"),
    "instance": ("NAME", "a WCS instance, like acme-1"),
}


class Command(PlainHelpCommand):
    help = """Switch calls and streams off at once, or on again.

  kill_switch on --tenant acme --because "the page was copied"
  kill_switch off --tenant acme --because "the copy is gone"

`on` turns the kill switch on: from then on every gateway refuses each connect, call and stream that
it covers, and WCS is asked to end each one that lives, with the result of each shown. What could
not be ended is tried again by the worker. `off` allows new calls and streams again. A callee or an
account has no streams.

Exit code 0: done; 1: nothing was changed; 2: switched off, but not every living call or stream
could be ended yet."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off"])
        what = parser.add_mutually_exclusive_group(required=True)
        for kind, (name, meaning) in NAMES.items():
            what.add_argument(f"--{kind}", metavar=name, help=meaning)
        what.add_argument(
            "--everything", action="store_const", const="everything", help="of all tenants"
        )
        parser.add_argument("--because", required=True, metavar="TEXT", help="stands in the audit")
        parser.add_argument("--json", action="store_true", help="tell the result as JSON")

    def handle(self, *, state: str, because: str, json: bool, **options: Any) -> None:
        kind = next(kind for kind in KINDS if options[kind] is not None)
        try:
            target = find_target(kind, options[kind])
            if state == "on":
                self._switch_off(target, because, json)
            else:
                self._switch_on_again(target, because, json)
        except UnknownTarget as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            first_line = str(error).partition("\n")[0]
            raise CommandError(f"Nothing is known to be switched: {first_line}") from error

    def _switch_off(self, target: Target, because: str, as_json: bool) -> None:
        done = switch_off(target, because, getpass.getuser())
        if as_json:
            calls = [call._asdict() for call in done.calls]
            streams = [stream._asdict() for stream in done.streams]
            self._write_json(
                target, on=True, was_on=done.was_off_already, calls=calls, streams=streams
            )
        else:
            before = " It was off already." if done.was_off_already else ""
            self.stdout.write(f"{target.name}: no call is allowed any more.{before}")
            for call in done.calls:
                self.stdout.write(f"  {call.tenant} {call.call}: {call.sentence}")
            for stream in done.streams:
                self.stdout.write(f"  {stream.tenant} stream {stream.stream}: {stream.sentence}")

        lived: list[EndedCall | EndedStream] = [*done.calls, *done.streams]
        if failed := sum(not _is_ended(one) for one in lived):
            what = "calls and streams" if done.streams else "calls"
            message = f"{failed} of {len(lived)} living {what} could not be ended yet."
            raise CommandError(message, returncode=2)

    def _switch_on_again(self, target: Target, because: str, as_json: bool) -> None:
        was_on = switch_on_again(target, because, getpass.getuser())
        if as_json:
            self._write_json(target, on=False, was_on=was_on, calls=[], streams=[])
        else:
            text = "calls are allowed again." if was_on else "it was not switched off."
            self.stdout.write(f"{target.name}: {text}")

    def _write_json(self, target: Target, **result: Any) -> None:
        self.stdout.write(json_text.dumps({"target": target.name, "key": target.key, **result}))


def _is_ended(one: EndedCall | EndedStream) -> bool:
    return one.result in (ASKED, GONE)
