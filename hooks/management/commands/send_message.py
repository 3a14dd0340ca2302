"""`manage.py send_message`: a text to the pages of connected visitors."""

from __future__ import annotations

import getpass
import json as json_text
import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from hooks.models import DataMessage, DataRecipient
from hooks.statements.messaging import MOST_RECIPIENTS
from hooks.wcs.messages.sending import (
    NotSent,
    send_to_call,
    send_to_everybody,
    send_to_session,
)
from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine
from tenants.models import Tenant
from tenants.plain_text import BadText

LOOK_EVERY = 0.2  # seconds
CUT = f"More than {MOST_RECIPIENTS:,} visitors were connected: the rest gets nothing."
_State = DataRecipient.State


class Command(PlainHelpCommand):
    help = """Send a text to the pages of a tenant's connected visitors.

    manage.py send_message acme --everybody --text "We close in ten minutes."
    manage.py send_message acme --call 0192f0c1-… --text "Your colleague is on the way."
    manage.py send_message acme --session 0192f0c0-… --text "Hello."

A call or a session is named by its id, as its page in the admin and the API show it. The page of a
visitor gets the text as the event `clickhook:message` of the button.

The worker hands the text to each WCS instance, by its REST API. The command waits until that is
done, and tells how many pages WCS took it for; `--wait 0` does not wait. Whether a person read it,
nobody knows.

A message reaches 50,000 visitors. If more are connected, the rest gets nothing, and it is "cut".

With --json: {"id": …, "cut": …, "waiting": …, "taken": …, "gone": …, "failed": …}.

Exit code 0: WCS took it for everybody who is still connected, or --wait 0; 1: nothing was sent;
2: some did not get it, or not yet."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        to = parser.add_mutually_exclusive_group(required=True)
        to.add_argument("--everybody", action="store_true", help="all who are connected now")
        to.add_argument("--session", type=UUID, metavar="ID", help="the visitor of this session")
        to.add_argument("--call", type=UUID, metavar="ID", help="the visitor of this call")
        parser.add_argument("--text", required=True, help="at most 4,096 bytes")
        parser.add_argument(
            "--wait", type=float, default=30, metavar="SECONDS", help="at most so long (30)"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, tenant: str, wait: float, json: bool, **options: Any) -> None:
        owner = find_named_tenant(tenant)
        try:
            message = _send(owner, options)
        except (BadText, NotSent) as error:
            raise CommandError(str(error)) from None

        counts = self._wait(message, wait)
        if json:
            self.stdout.write(
                json_text.dumps({"id": str(message.pk), "cut": message.is_cut, **counts})
            )
        else:
            self.stdout.write(_sentence(message, counts))
        missed = counts[_State.FAILED] + (counts[_State.WAITING] if wait else 0)
        if message.is_cut:
            raise CommandError(CUT, returncode=2)
        if missed:
            raise CommandError(f"{missed} visitors did not get it.", returncode=2)

    def _wait(self, message: DataMessage, seconds: float) -> dict[str, int]:
        line, deadline = ProgressLine(self), time.monotonic() + seconds
        counts = message.count_recipients()
        total = sum(counts.values())
        while counts[_State.WAITING] and time.monotonic() < deadline:
            line.show("sending", total - counts[_State.WAITING], total, "visitors")
            time.sleep(LOOK_EVERY)
            counts = message.count_recipients()
        line.clear()
        return counts


def _send(tenant: Tenant, options: dict[str, Any]) -> DataMessage:
    """Raises BadText and NotSent."""
    text, by = options["text"], getpass.getuser()
    if options["session"]:
        return send_to_session(tenant, options["session"], text, by)
    if options["call"]:
        return send_to_call(tenant, options["call"], text, by)
    return send_to_everybody(tenant, text, by)


def _sentence(message: DataMessage, counts: dict[str, int]) -> str:
    parts = [f"WCS took it for {counts[_State.TAKEN]} of {sum(counts.values())} visitors"]
    if counts[_State.GONE]:
        parts.append(f"{counts[_State.GONE]} were no longer connected")
    if counts[_State.WAITING]:
        parts.append(f"{counts[_State.WAITING]} wait still")
    return f"{message}: {', '.join(parts)}."
