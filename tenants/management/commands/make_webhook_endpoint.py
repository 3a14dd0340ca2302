"""`manage.py make_webhook_endpoint`: a URL of a tenant's that is told what happens."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction

from tenants.management.plain_help import PlainHelpCommand
from tenants.models import Tenant, WebhookEndpoint
from tenants.models.webhook_endpoint import MOST_ENDPOINTS, TooManyEndpoints
from tenants.webhooks.event_types import EVENT_TYPES


class Command(PlainHelpCommand):
    help = f"""Make a webhook endpoint: a URL that is told what happens to a tenant's calls.

The secret is shown this once: put it where the receiver keeps its secrets. It verifies messages
with it; the README has recipes for Python, PHP and Node under "Events for your own systems". With
--signature ed25519 there is no secret to keep: the receiver verifies with the public key.

  manage.py make_webhook_endpoint acme https://crm.example/clickhook
  manage.py make_webhook_endpoint acme https://crm.example/ --events call.ended limit.reached
  manage.py make_webhook_endpoint acme https://crm.example/clickhook --json | jq -r .secret
  manage.py make_webhook_endpoint acme https://crm.example/clickhook --signature ed25519

The worker delivers. Types of events, and all of them without --events:
  {", ".join(EVENT_TYPES[:5])},
  {", ".join(EVENT_TYPES[5:])}

Exit code 0: made; 1: there is no such tenant, the URL or a type is refused, or the tenant has
{MOST_ENDPOINTS} endpoints."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", metavar="TENANT", help="the tenant's short name")
        parser.add_argument("url", metavar="URL", help="https, port 443, a public address")
        parser.add_argument(
            "--events",
            nargs="+",
            metavar="TYPE",
            default=[],
            help="like call.ended; default: all, also those of a later version",
        )
        parser.add_argument(
            "--with-numbers", action="store_true", help="also the number behind an alias"
        )
        parser.add_argument(
            "--signature",
            choices=WebhookEndpoint.Signature.values,
            default=WebhookEndpoint.Signature.SECRET.value,
            help="by a shared secret, which is the default, or by a key pair",
        )
        parser.add_argument(
            "--json", action="store_true", help="print id, and secret or public key, as JSON"
        )

    @transaction.atomic
    def handle(self, *, tenant: str, url: str, events: list[str], **options: Any) -> None:
        owner = Tenant.objects.filter(slug=tenant).first()
        if owner is None:
            raise CommandError(f"There is no tenant {tenant!r}.")
        endpoint = WebhookEndpoint(
            tenant=owner, url=url, events=events, with_numbers=options["with_numbers"]
        )
        secret = endpoint.make_key(options["signature"])
        _add(endpoint)
        self.stdout.write(_told(endpoint, secret, options["json"]))


def _told(endpoint: WebhookEndpoint, secret: str, as_json: bool) -> str:
    if as_json:
        key = {"secret": secret} if secret else {"public_key": endpoint.public_key}
        return json.dumps({"id": str(endpoint.pk), **key})
    if secret:
        shown = f"Secret: {secret}\nThe secret is not shown again."
    else:
        shown = f"Public key: {endpoint.public_key}"
    return f"Endpoint: {endpoint.pk}\n{shown}"


def _add(endpoint: WebhookEndpoint) -> None:
    try:
        endpoint.clean_fields()
        WebhookEndpoint.objects.add(endpoint)
    except ValidationError as error:
        problems = [f"{name}: {' '.join(told)}" for name, told in error.message_dict.items()]
        raise CommandError(" ".join(problems)) from error
    except TooManyEndpoints as error:
        raise CommandError(
            f"{endpoint.tenant} has {MOST_ENDPOINTS} webhook endpoints; remove one on its page."
        ) from error
