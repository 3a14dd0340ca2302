"""Prints what to set on a WCS so that it asks this gateway, the signing secret included."""

from __future__ import annotations

import json
import textwrap
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from hooks.wcs import configuration
from hooks.wcs.configuration import HookSetup
from hooks.wcs.named_instance import find_named_instance, reveal_signing_secret
from tenants.audit.actions import Action
from tenants.audit.recording import record
from tenants.management.plain_help import PlainHelpCommand
from tenants.models import WcsInstance
from tenants.secrets.encryption import SecretUnreadable

_WIDTH = 110  # characters of a printed line


class Command(PlainHelpCommand):
    help = """Print what to set on the WCS of an instance.

These are lines for its command line, and its flashphoner.properties. Without them WCS does what the
visitor's browser says, so set all of them. The output holds the signing secret: it goes to standard
output only; do not keep it in a log or a chat.

    manage.py wcs_config acme-1
    manage.py wcs_config acme-1 --url https://hooks.internal.example
    manage.py wcs_config acme-1 --json | jq -r '.properties[].line'

The second is for a WCS that reaches the gateway by another name, the third for your configuration
management. Then try it with `manage.py rehearse`.

Exit code 0: printed; 1: the secret cannot be read; 2: wrong arguments, no such instance, or no
database."""
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "instance", metavar="INSTANCE", help="name of the WCS instance, as in the admin"
        )
        default = settings.CLICKHOOK_GATEWAY_URL
        url_help = f"the gateway as WCS reaches it; default: {default}"
        parser.add_argument("--url", default=default, metavar="BASE", help=url_help)
        parser.add_argument("--json", action="store_true", help="the same as data")

    def handle(self, *, instance: str, url: str, **options: Any) -> None:
        named = find_named_instance(instance)
        setup = _read_setup(named, url)
        if setup.secret:
            record(Action.SECRET_SHOWN, named)
        as_json = options["json"]
        self.stdout.write(json.dumps(_as_data(setup), indent=2) if as_json else _as_text(setup))


def _read_setup(instance: WcsInstance, url: str) -> HookSetup:
    try:
        secret = reveal_signing_secret(instance) or ""
    except SecretUnreadable as error:
        raise CommandError(
            f"The signing secret of {instance} does not open ({error}). Restore the key, or enter "
            "a new secret."
        ) from error
    return configuration.read_setup(
        instance, _parse_base(url), secret, settings.CLICKHOOK_HOOK_DEADLINE
    )


def _parse_base(url: str) -> str:
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


def _as_data(setup: HookSetup) -> dict[str, Any]:
    return {
        "instance": setup.instance,
        "app_key": setup.app,
        "hook_url": setup.hook_url,
        "tenants": setup.tenants,
        "commands": [command._asdict() for command in configuration.list_commands(setup)],
        "properties": [
            {**one._asdict(), "line": one.line} for one in configuration.list_properties(setup)
        ],
        "warnings": configuration.list_warnings(setup),
    }


def _as_text(setup: HookSetup) -> str:
    lines = [
        f"WCS instance {setup.instance}, speaking for {', '.join(setup.tenants) or 'nobody'}",
        f"Hook URL: {setup.hook_url}",
        "",
        "1. On WCS's command line",
    ]
    for command in configuration.list_commands(setup):
        lines += ["", f"    {command.line}", *_wrap(command.why, "        ")]

    lines += ["", "2. In conf/flashphoner.properties of every node, then restart WCS", ""]
    for one in configuration.list_properties(setup):
        # A comment has its own line in such a file; behind a value it would be part of the value.
        lines += [f"# {one.why}", one.line]

    lines += ["", "3. Mind"]
    for warning in configuration.list_warnings(setup):
        lines += ["", *_wrap(warning, "    ", "  - ")]
    return "\n".join(lines)


def _wrap(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
