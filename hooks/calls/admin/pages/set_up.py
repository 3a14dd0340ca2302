"""What to set on a WCS, as the command wcs_config prints it, but without the secret."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from hooks.wcs import configuration
from tenants.models import WcsInstance

SECRET = "rest_hook_secret_key"


def describe_set_up(instance: WcsInstance) -> dict[str, Any]:
    secret = "hidden" if instance.signing_secret else ""
    setup = configuration.read_setup(
        instance, settings.CLICKHOOK_PUBLIC_URL, secret, settings.CLICKHOOK_HOOK_DEADLINE
    )

    return {
        "instance": instance,
        "is_due": not instance.nodes.all(),
        "hook_url": setup.hook_url,
        "commands": configuration.list_commands(setup),
        "properties": [
            (setting, f"{SECRET}=••••••" if setting.name == SECRET else setting.line)
            for setting in configuration.list_properties(setup)
        ],
        "warnings": configuration.list_warnings(setup),
    }
