"""Plays a whole click-to-call as a WCS would, and says in sentences where it would leak or dial the wrong number."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError

from hooks.models import Event
from hooks.reasons import Decision, Reason
from hooks.wcs.configuration import DEFAULT_APP
from hooks.wcs.named_instance import named_instance
from hooks.wcs.rehearsal.play import Explain, Play, Scene, Step
from hooks.wcs.rehearsal.stand_in import BadUrl, StandIn
from hooks.wcs.rehearsal.visitor import NODE
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import WcsInstance
from tenants.origins import BadOrigin
from tenants.origins import parse as parse_origin
from tenants.secrets.encryption import SecretUnreadable

_SENTENCES = {reason.value: reason.advice for reason in Reason}


class Command(PlainHelpCommand):
    help = f"""Play a whole click-to-call against the running gateway, over HTTP, exactly as a WCS would.

It connects from ORIGIN as a browser that sets every field it can, obeys the restClientConfig it is given,
calls, rings, talks and hangs up. Then it tries what must be refused: a look-alike origin, no signature,
a wrong one, a premium number, a transfer, a stream, an incoming call. Each step is shown with its time;
each point at which a real WCS would leak a secret or dial the wrong number is said in a sentence.

    manage.py rehearse --instance acme-1 --origin https://www.acme.example --callee sales
    manage.py rehearse --instance acme-1 --origin https://www.acme.example --url http://127.0.0.1:8000
    manage.py rehearse --instance acme-1 --origin https://www.acme.example --json | jq .findings

No telephone rings, and no secret or whole number is shown. What it did stays in the records, under the node
{NODE}: two sessions, a call, events and refusals. Whether the real WCS is set up for it (see
`manage.py wcs_config`) cannot be seen from here.

Exit code 0: all is well; 1: there are findings; 2: wrong arguments, no such
instance, or no database."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--instance", required=True, metavar="NAME", help="the WCS instance to speak for"
        )
        origin_help = "the page's origin, like https://www.example.com"
        parser.add_argument("--origin", required=True, metavar="URL", help=origin_help)
        parser.add_argument(
            "--callee",
            metavar="ALIAS",
            help="whom the page asks for; default: nobody, so the default callee",
        )
        url_help = "where the gateway is; default: CLICKHOOK_PUBLIC_URL"
        parser.add_argument(
            "--url", default=settings.CLICKHOOK_PUBLIC_URL, metavar="BASE", help=url_help
        )
        parser.add_argument("--json", action="store_true", help="the same as data")

    def handle(
        self, *, instance: str, origin: str, callee: str | None, url: str, **options: Any
    ) -> None:
        wanted = named_instance(instance)
        wcs, page = _stand_in(url, wanted.key), _origin(origin)
        steps, findings = _rehearse(wanted, wcs, page, callee)
        about = {"instance": wanted.name, "gateway": wcs.base, "origin": page, "callee": callee}
        if options["json"]:
            data = {
                **about,
                "steps": [asdict(step) for step in steps],
                "findings": findings,
                "passed": not findings,
            }
            self.stdout.write(json.dumps(data, indent=2, ensure_ascii=False))
        else:
            self._show(about, steps, findings)
        if findings:
            raise CommandError(f"{len(findings)} finding{'s' if len(findings) > 1 else ''}.")

    def _show(self, about: dict[str, str | None], steps: list[Step], findings: list[str]) -> None:
        self.stdout.write("WCS {instance} at {gateway}, a page of {origin}".format(**about))
        part, width = "", max((len(step.hook) for step in steps), default=0)
        for step in steps:
            if step.part != part:
                part = step.part
                self.stdout.write(f"\n{part.capitalize()}")
            self.stdout.write(_line(step, width), self.style.ERROR if step.findings else None)
        if findings:
            self.stdout.write("\nFindings")
        for finding in findings:
            self.stdout.write(f"  - {finding}", self.style.ERROR)
        if not findings:
            self.stdout.write(
                "\nAll is well: a WCS that obeys its documentation leaks nothing and dials what it was told."
            )


def _rehearse(
    instance: WcsInstance, wcs: StandIn, origin: str, callee: str | None
) -> tuple[list[Step], list[str]]:
    if instance.answers_nobody:
        return [], [
            f"The instance {instance} has no signing secret, so the gateway answers nobody. Give it one in the admin."
        ]
    try:
        secret = instance.signing_secret.reveal() if instance.signing_secret else None
    except SecretUnreadable:
        return [], [
            f"The signing secret of {instance} does not open: restore the key of the key ring, or enter a new secret."
        ]
    scene = Scene(instance.app_key or DEFAULT_APP, origin, callee, secret)
    play = Play(wcs, scene, _explanations(instance))
    try:
        play.run()
    finally:
        wcs.close()
    return play.steps, play.findings


def _explanations(instance: WcsInstance) -> Explain:
    """Reads the reasons of refusals from the events of this run, if the gateway records them in our database."""
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def refused(method: str) -> list[Event]:
        events = Event.objects.filter(
            id__gt=newest, instance=instance, method=method, decision=Decision.REFUSED
        )
        try:
            return list(events.order_by("-id")[:50])
        except DatabaseError:  # perhaps that is why the hook was refused
            return []

    def explain(method: str, session: str) -> str:
        # An event whose sender was not let in has no body.
        for event in sorted(refused(method), key=lambda event: not event.body):
            if event.body.get("sessionId", session) == session:
                return _SENTENCES.get(event.reason, "")
        return ""

    return explain


def _stand_in(url: str, key: str) -> StandIn:
    try:
        return StandIn(url, key)
    except BadUrl as error:
        raise CommandError(f"--url: {error}", returncode=2) from error


def _origin(text: str) -> str:
    try:
        return str(parse_origin(text))
    except BadOrigin as error:
        raise CommandError(f"--origin {text!r}: {error}", returncode=2) from error


def _line(step: Step, width: int) -> str:
    time = "" if step.milliseconds is None else f"{step.milliseconds:.0f} ms"
    mark = "!" if step.findings else " "
    return f"{mark} {step.hook:<{width}} {time:>9}  {step.status or '-':>3}  {step.outcome}"
