"""Acme lists a stream, and signs tickets for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tenants.models import StreamAlias, TicketKey
from tests.hooks.tickets.making import KID, SECRET, make_ticket
from tests.wcs import Wcs

NAME = "acme-studio-4f1c"


@pytest.fixture
def studio(cast, worker_lives) -> StreamAlias:
    TicketKey.objects.create(tenant=cast.acme, kid=KID, secret=SECRET)
    return StreamAlias.objects.create(
        tenant=cast.acme, alias="studio", name=NAME, may_publish=True, may_play=True
    )


@pytest.fixture
def visit(acme, gateway, studio) -> Callable[..., Wcs]:
    """A browser of Acme's page, connected with a ticket of these claims."""
    opened = []

    def connect(**claims: Any) -> Wcs:
        wcs = gateway.wcs(acme.key, acme.secret)
        opened.append(wcs)
        ticket = make_ticket(alias=..., **claims)
        return wcs.connected(custom={"ticket": ticket})

    yield connect
    for wcs in opened:
        wcs.close()
