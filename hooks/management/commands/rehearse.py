"""Plays a whole call as a WCS would, and says where it would leak or dial the wrong number."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from hooks.wcs.named_instance import find_named_instance
from hooks.wcs.rehearsal.rehearse import rehearse
from hooks.wcs.rehearsal.stand_in import BadUrl, StandIn
from hooks.wcs.rehearsal.steps import RehearsalStep
from hooks.wcs.rehearsal.visitor import NODE
from tenants.management.plain_help import PlainHelpCommand
from tenants.origins import BadOrigin
from tenants.origins import parse as parse_origin

NO_REST_API = (
    "No call can be ended at this WCS: enter its REST API on the instance's page, or import it as "
    '"rest_api".'
)


class Command(PlainHelpCommand):
    help = f"""Play a whole call against the running gateway, over HTTP, exactly as a WCS would.

It connects from ORIGIN as a browser that sets every field it can, with a ticket if the tenant looks
at tickets, obeys the restClientConfig it is given, calls, rings, talks, presses a key and hangs up.
Then it tries what must be refused: a look-alike origin, no signature, a wrong one, a used ticket, a
premium number, a transfer, a stream, an incoming call. At last it asks the real WCS, by its REST
API, to end a call that does not exist. Each step is shown with its time. A finding is a sentence
about a point at which a real WCS would leak a secret, dial the wrong number, or not end a call.

    manage.py rehearse --instance acme-1 --origin https://www.acme.example --callee sales
    manage.py rehearse --instance acme-1 --origin https://www.acme.example --url http://127.0.0.1:8000
    manage.py rehearse --instance acme-1 --origin https://www.acme.example --json | jq .findings

No telephone rings, and no secret or whole number is shown. What it did stays in the records, under
the node {NODE}: two sessions, a call, events and refusals. Whether the real WCS is set
up for it (see `manage.py wcs_config`) cannot be seen from here.

Exit code 0: all is well; 1: there are findings; 2: wrong arguments, no such instance, or no
database."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--instance", required=True, metavar="NAME", help="the WCS instance to speak for"
        )
        origin_help = "the page's origin, like https://www.example.com"
        parser.add_argument("--origin", required=True, metavar="URL", help=origin_help)
        callee_help = "the callee that the page asks for; default: none, so the default callee"
        parser.add_argument("--callee", metavar="ALIAS", help=callee_help)
        default = settings.CLICKHOOK_GATEWAY_URL
        url_help = f"where the gateway is; default: {default}"
        parser.add_argument("--url", default=default, metavar="BASE", help=url_help)
        parser.add_argument("--json", action="store_true", help="the same as data")

    def handle(
        self, *, instance: str, origin: str, callee: str | None, url: str, **options: Any
    ) -> None:
        named = find_named_instance(instance)
        wcs, page = _open_stand_in(url, named.key), _parse_origin(origin)
        steps, findings = rehearse(named, wcs, page, callee)

        about = {"instance": named.name, "gateway": wcs.base, "origin": page, "callee": callee}
        if options["json"]:
            played = {"steps": [asdict(step) for step in steps], "findings": findings}
            data = {**about, **played, "passed": not findings}
            self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            self._show(about, steps, findings)
            if not named.rest_api_url:
                self.stdout.write(NO_REST_API)
        if findings:
            raise CommandError(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}.")

    def _show(
        self, about: dict[str, str | None], steps: list[RehearsalStep], findings: list[str]
    ) -> None:
        self.stdout.write("WCS {instance} at {gateway}, a page of {origin}".format(**about))
        self._show_steps(steps)
        if findings:
            self.stdout.write("\nFindings")
        for finding in findings:
            self.stdout.write(f"  - {finding}", self.style.ERROR)
        if not findings:
            self.stdout.write(
                "\nAll is well: a WCS that obeys its documentation leaks nothing and dials what it "
                "was told."
            )

    def _show_steps(self, steps: list[RehearsalStep]) -> None:
        part, width = "", max((len(step.hook) for step in steps), default=0)
        for step in steps:
            if step.part != part:
                part = step.part
                self.stdout.write(f"\n{part.capitalize()}")
            self.stdout.write(_as_line(step, width), self.style.ERROR if step.findings else None)


def _open_stand_in(url: str, key: str) -> StandIn:
    try:
        return StandIn(url, key)
    except BadUrl as error:
        raise CommandError(f"--url: {error}", returncode=2) from error


def _parse_origin(text: str) -> str:
    try:
        return str(parse_origin(text))
    except BadOrigin as error:
        raise CommandError(f"--origin {text!r}: {error}", returncode=2) from error


def _as_line(step: RehearsalStep, width: int) -> str:
    time = "" if step.milliseconds is None else f"{step.milliseconds:.0f} ms"
    mark = "!" if step.findings else " "
    return f"{mark} {step.hook:<{width}} {time:>9}  {step.status or '-':>3}  {step.outcome}"
