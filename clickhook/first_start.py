"""What a newcomer finds after the first start: administrator, demo tenant, two hooks to try."""

from __future__ import annotations

import json
import secrets
import shlex
import uuid

from django.contrib.auth import get_user_model
from django.db import transaction

from hooks.authentication import sign
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance

ADMINISTRATOR = "admin"
NODE = "demo-node@127.0.0.1"


def is_due() -> bool:
    return not get_user_model().objects.exists()


@transaction.atomic
def prepare(base_url: str) -> str:
    """Makes it all, and returns the text to show. The password is in that text and nowhere else."""
    password = secrets.token_urlsafe(15)
    get_user_model().objects.create_superuser(ADMINISTRATOR, password=password)
    instance = _demo()
    connect, call = _commands(instance, base_url)
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


def _demo() -> WcsInstance:
    tenant = Tenant.objects.create(slug="demo", name="Demo Ltd")
    Domain.objects.create(tenant=tenant, origin="https://www.demo.example")
    account = SipAccount(
        tenant=tenant, login="10001", password=secrets.token_urlsafe(12), domain="sip.demo.example"
    )
    account.save()
    Callee.objects.create(tenant=tenant, alias="sales", target="10002", default=True)
    instance = WcsInstance(name="demo", signing_secret=secrets.token_urlsafe(32))
    instance.save()
    instance.tenants.add(tenant)
    return instance


def _commands(instance: WcsInstance, base_url: str) -> tuple[str, str]:
    context = {"nodeId": NODE, "appKey": "defaultApp", "sessionId": str(uuid.uuid4())}
    connect = {**context, "origin": "https://www.demo.example"}
    call = {**context, "callId": str(uuid.uuid4()), "callee": "sales"}
    return _curl(instance, base_url, "connect", connect), _curl(instance, base_url, "call", call)


def _curl(instance: WcsInstance, base_url: str, method: str, payload: dict[str, str]) -> str:
    body = json.dumps(payload)
    signature = sign(instance.signing_secret.reveal(), body.encode())
    return (
        f"curl -sS -w '\\n' {base_url}/hooks/{instance.key}/{method} "
        f"-H 'Content-Type: application/json' -H 'Authorization: WCS {signature}' "
        f"-d {shlex.quote(body)}"
    )
