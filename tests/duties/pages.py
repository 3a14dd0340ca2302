"""Visitors' pages at a WCS of the tests, and the duty that tells them."""

from __future__ import annotations

import asyncio

from django.utils import timezone

from hooks.duties.sending_messages import Messages
from hooks.models import Session
from tests.duties.rest_server import RestServer
from tests.duties.turns import take_turn

PATH = "data/send"


def take(rest: RestServer) -> int:
    """As a build that knows lists: it leaves out whom it does not have."""
    fields = rest.asked[-1][1]
    wanted = fields.get("sessionIds") or [fields["sessionId"]]
    return 200 if any(one in rest.connections for one in wanted) else 404


def work(duty: Messages | None = None, seconds: float = 15) -> None:
    """Until nothing is under way."""
    messages = duty or Messages()
    messages.news = asyncio.Event()  # of this turn's loop

    async def work_off(connection) -> None:
        async with asyncio.timeout(seconds):
            await messages.take_turn(connection)
            while messages.is_busy:
                await messages.news.wait()
                messages.news.clear()
                await messages.take_turn(connection)

    take_turn(work_off)


def make_page(tenant, instance, rest) -> Session:
    """A visitor of this tenant, connected there."""
    instance.tenants.add(tenant)
    session = Session.objects.create(
        tenant=tenant,
        instance=instance,
        node_id="node-9",
        wcs_session_id="session-9",
        origin="https://www.globex.example",
        sip_account=tenant.sip_accounts.first(),
        sip_login="20001",
        opened_at=timezone.now(),
    )
    rest.connections[session.wcs_session_id] = session.node_id
    return session
