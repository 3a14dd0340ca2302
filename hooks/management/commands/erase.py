"""`manage.py erase`: what is personal goes, for one visitor or for all of a tenant."""

from __future__ import annotations

import json as json_text
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from hooks.erasing import Erased, count, erase, visitor_by
from hooks.tickets.visitor import Told
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.management.named_tenant import find_named_tenant
from tenants.management.plain_help import PlainHelpCommand
from tenants.management.progress_line import ProgressLine
from tenants.models import Tenant


class Command(PlainHelpCommand):
    help = """Erase what is personal in a tenant's ended sessions, calls and events.

    manage.py erase acme --subject customer-4711       as the tickets of Acme's back end name them
    manage.py erase acme --login jane                  as they sign in
    manage.py erase acme --address 203.0.113.9         IPv6: everybody in its /64 network
    manage.py erase acme --visitor 5f0c…               as the page of a session shows it
    manage.py erase acme --everybody                   every visitor of the tenant

Erased: the visitor and their short form, address, label and context of tickets, what their browser
told, the words of WCS about the call, and with --everybody also hooks that were refused before
there was a session. What stays: that a call was made, when, to which callee, how long, its cost.

Sessions that live are left: run it again when they have ended. A visitor's meters hold a keyed hash
and go within two days; a block stays until somebody lifts it. Visitor logins are deleted in the
admin. Backups and logs of nginx are yours to delete. The audit tells that it was done, not whom.

With --json: {"sessions": …, "events": …, "living": …, "dry_run": …}.

Exit code 0: done; 1: no such tenant, or no address; nothing is changed then."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="a short name")
        who = parser.add_mutually_exclusive_group(required=True)
        for told in Told:
            who.add_argument(f"--{told.value}", help=f"the visitor with this {told.value}")
        who.add_argument("--visitor", help="the visitor with this id")
        who.add_argument("--everybody", action="store_true", help="all visitors of the tenant")
        parser.add_argument("--dry-run", action="store_true", help="only count the sessions")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *, tenant: str, dry_run: bool, json: bool, **options: Any) -> None:
        owner = find_named_tenant(tenant)

        visitor = _visitor_of(options)
        erased = count(owner.pk, visitor) if dry_run else self._erase(owner, visitor)
        if json:
            self.stdout.write(json_text.dumps(asdict(erased) | {"dry_run": dry_run}))
        else:
            self.stdout.write(_sentence(erased, dry_run))

    def _erase(self, tenant: Tenant, visitor: str | None) -> Erased:
        line, erased = ProgressLine(self), Erased()
        try:
            for erased in erase(tenant.pk, visitor):
                line.show("erasing", erased.sessions + erased.events, unit="sessions and hooks")
        finally:  # whoever stops it has erased some
            line.clear()
            record(Action.ERASED, tenant, after=asdict(erased) | {"everybody": visitor is None})
        return erased


def _visitor_of(options: dict[str, Any]) -> str | None:
    """None for everybody."""
    if options["everybody"]:
        return None
    for told in Told:
        if text := options[told.value]:
            if visitor := visitor_by(told, text):
                return visitor
            raise CommandError(f"{text} is no address of a visitor; write one like 203.0.113.9.")
    if not options["visitor"]:
        raise CommandError("An empty text names no visitor.")
    return str(options["visitor"])


def _sentence(erased: Erased, dry_run: bool) -> str:
    verb = "would be erased" if dry_run else "erased"
    alone = f", and {erased.events} hooks without a session" if erased.events else ""
    left = (
        f" {erased.living} sessions live and are left: erase again when they have ended."
        if erased.living
        else ""
    )
    return f"{erased.sessions} sessions {verb}{alone}.{left}"
