"""Prints what to set on a WCS so that it asks this gateway; the one command that prints a signing secret."""

from __future__ import annotations

import json
import textwrap
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from hooks.wcs import configuration as wcs_configuration
from hooks.wcs.configuration import Wiring
from hooks.wcs.named_instance import named_instance
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import WcsInstance
from tenants.secrets.encryption import SecretUnreadable

_WIDTH = 110


class Command(PlainHelpCommand):
    help = """Print what to set on the WCS of an instance: the lines for its command line, and its flashphoner.properties.

Without them WCS does what the visitor's browser says, so set all of them. The output holds the signing
secret: it goes to standard output only; do not keep it in a log or a chat.

    manage.py wcs_config acme-1
    manage.py wcs_config acme-1 --url https://hooks.internal.example    where WCS reaches the gateway by another name
    manage.py wcs_config acme-1 --json | jq -r '.properties[].line'     for your configuration management

Then try it with `manage.py rehearse`. Exit code 0: printed; 1: the secret cannot be read; 2: wrong
arguments, no such instance, or no database."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "instance", metavar="INSTANCE", help="name of the WCS instance, as in the admin"
        )
        url_help = "the gateway as WCS reaches it; default: CLICKHOOK_PUBLIC_URL"
        parser.add_argument(
            "--url", default=settings.CLICKHOOK_PUBLIC_URL, metavar="BASE", help=url_help
        )
        parser.add_argument("--json", action="store_true", help="the same as data")

    def handle(self, *, instance: str, url: str, **options: Any) -> None:
        named = named_instance(instance)
        found = _wiring(named, url)
        if found.secret:
            record(Action.SECRET_SHOWN, named)
        self.stdout.write(json.dumps(_data(found), indent=2) if options["json"] else _text(found))


def _wiring(instance: WcsInstance, url: str) -> Wiring:
    try:
        secret = instance.signing_secret.reveal() if instance.signing_secret else ""
    except SecretUnreadable as error:
        text = f"The signing secret of {instance} does not open ({error}). Restore the key, or enter a new secret."
        raise CommandError(text) from error
    return wcs_configuration.wiring(instance, _base(url), secret, settings.CLICKHOOK_HOOK_DEADLINE)


def _base(url: str) -> str:
    scheme, _, rest = url.partition("://")
    if (
        scheme.lower() not in ("http", "https")
        or not rest.strip("/")
        or any(sign in url for sign in " \"'?#\\\r\n\t")
    ):
        raise CommandError(
            f"--url {url!r} is no address like https://hooks.example.com", returncode=2
        )
    return url.rstrip("/")


def _data(wiring: Wiring) -> dict[str, Any]:
    return {
        "instance": wiring.instance,
        "app_key": wiring.app,
        "hook_url": wiring.hook_url,
        "tenants": wiring.tenants,
        "commands": [command._asdict() for command in wcs_configuration.commands(wiring)],
        "properties": [
            {**setting._asdict(), "line": setting.line}
            for setting in wcs_configuration.settings(wiring)
        ],
        "warnings": wcs_configuration.warnings(wiring),
    }


def _text(wiring: Wiring) -> str:
    tenants = ", ".join(wiring.tenants) or "nobody"
    lines = [
        f"WCS instance {wiring.instance}, speaking for {tenants}",
        f"Hook URL: {wiring.hook_url}",
        "",
        "1. On WCS's command line",
    ]
    for command in wcs_configuration.commands(wiring):
        lines += ["", f"    {command.line}", *_wrapped(command.why, "        ")]
    lines += ["", "2. In conf/flashphoner.properties of every node, then restart WCS", ""]
    for setting in wcs_configuration.settings(wiring):
        # A comment has its own line in such a file; behind a value it would be part of the value.
        lines += [f"# {setting.why}", setting.line]
    lines += ["", "3. Mind"]
    for warning in wcs_configuration.warnings(wiring):
        lines += ["", *_wrapped(warning, "    ", "  - ")]
    return "\n".join(lines)


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    beginning = indent if first is None else first
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=beginning,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
