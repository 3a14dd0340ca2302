"""The first start: an administrator, a demo tenant, and two hooks for a newcomer to try."""

from __future__ import annotations

import json
import secrets
import shlex
import uuid

from django.contrib.auth import get_user_model
from django.db import transaction

from clickhook.sample_tenant import SampleTenant
from hooks.authentication import sign
from tenants.models import WcsInstance

ADMINISTRATOR = "admin"
NODE = "demo-node@127.0.0.1"
ORIGIN = "https://www.demo.example"


def is_due() -> bool:
    return not get_user_model().objects.exists()


@transaction.atomic
def prepare(base_url: str) -> str:
    """Gives the text to show. The administrator's password is in it and nowhere else."""
    password = secrets.token_urlsafe(15)
    get_user_model().objects.create_superuser(ADMINISTRATOR, password=password)
    instance = _prepare_tenant()
    connect, call = _write_commands(instance, base_url)
    return f"""
First start. The administrator, shown only now:

    {base_url}/admin/    user: {ADMINISTRATOR}    password: {password}
    The first sign-in sets up a second factor: have an authenticator app at hand.

A demo tenant is there. Try what a WCS would post; in another terminal:

# connect: the answer holds the SIP account
{connect}

# call: the answer holds the number behind the alias "sales"
{call}
"""


def _prepare_tenant() -> WcsInstance:
    sample = SampleTenant(
        origin=ORIGIN,
        callees={"sales": "10002"},
        login="10001",
        sip_domain="sip.demo.example",
        password=secrets.token_urlsafe(12),
        signing_secret=secrets.token_urlsafe(32),
    )
    return sample.prepare()


def _write_commands(instance: WcsInstance, base_url: str) -> tuple[str, str]:
    context = {"nodeId": NODE, "appKey": "defaultApp", "sessionId": str(uuid.uuid4())}
    connect = {**context, "origin": ORIGIN}
    call = {**context, "callId": str(uuid.uuid4()), "callee": "sales"}
    return _write_curl(instance, base_url, "connect", connect), _write_curl(
        instance, base_url, "call", call
    )


def _write_curl(instance: WcsInstance, base_url: str, method: str, payload: dict[str, str]) -> str:
    body = json.dumps(payload)
    signature = sign(instance.signing_secret.reveal(), body.encode())
    return (
        f"curl -sS -w '\\n' {base_url}/hooks/{instance.key}/{method} "
        f"-H 'Content-Type: application/json' -H 'Authorization: WCS {signature}' -d "
        f"{shlex.quote(body)}"
    )
