"""What is fuzzed: a real gateway on a real PostgreSQL, with the tests' cast and a few rules."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.bench.rig import Rig
from tests.bench.sides import Gateway

LIVING_CALLS = 3  # of Acme
SETTING = """
from tenants.models import Callee, Domain, SipAccount, Tenant, TicketKey, WcsInstance
from tests.cast import assemble
from tests.fuzz.bodies import TICKET_KID, TICKET_SECRET
from tests.fuzz.stage import LIVING_CALLS

cast = assemble()
cast.acme.limits = {"concurrent_calls": LIVING_CALLS}
cast.acme.save()
TicketKey.objects.create(tenant=cast.acme, kid=TICKET_KID, secret=TICKET_SECRET)
hooli = Tenant.objects.create(slug="hooli", name="Hooli", status="suspended", limits={})
Domain.objects.create(tenant=hooli, origin="https://hooli.example")
Callee.objects.create(tenant=hooli, alias="sales", target="30002", default=True)
SipAccount.objects.create(tenant=hooli, login="3", password="x", domain="sip.hooli.example")
cast.shared_1.tenants.add(hooli)
"""
# A slow machine is no fault; whoever does not end a request is let go at once.
ENVIRONMENT = {"CLICKHOOK_HOOK_DEADLINE": "14", "CLICKHOOK_REQUEST_DEADLINE": "0.3"}


@contextlib.contextmanager
def standing(directory: Path) -> Iterator[tuple[Rig, Gateway]]:
    with Rig(directory) as rig:
        rig.environment |= ENVIRONMENT
        rig.manage("shell", "-v0", "-c", SETTING)
        with (directory / "gateway.log").open("wb") as log, Gateway(rig, 1, log) as gateway:
            yield rig, gateway
