"""Messages as the outbox's triggers write them, and deliveries as the worker makes them."""

from __future__ import annotations

import asyncio
import time

from django.utils import timezone

from hooks.duties.delivering import Deliveries
from hooks.duties.repeating import connect
from hooks.models import WebhookDelivery, WebhookMessage

CALL = "0198f000-0000-7000-8000-00000000000{}".format


def write(endpoint, what="call.ringing", subject=None, **more) -> WebhookDelivery:
    """As the outbox's triggers do."""
    now = timezone.now()
    tenant = endpoint.tenant
    message = WebhookMessage.objects.create(
        tenant=tenant, type=what, subject=subject, happened_at=now, **more
    )
    return WebhookDelivery.objects.create(
        tenant=tenant, endpoint=endpoint, message=message, subject=subject, due_at=now
    )


def deliver(turns=50) -> None:
    """As the worker does, until nothing is under way."""

    async def work() -> None:
        deliveries = Deliveries()
        async with await connect() as connection:
            for _ in range(turns):
                deliveries.news.clear()
                await deliveries.take_turn(connection)
                if not deliveries.is_busy:
                    return
                await deliveries.news.wait()

    asyncio.run(work())


def deliver_until(arrived) -> tuple[float, int]:
    """How long that took, and how many attempts were under way then."""

    async def work() -> int:
        deliveries = Deliveries()
        async with await connect() as connection:
            while not arrived():
                await deliveries.take_turn(connection)
                await asyncio.sleep(0.1)
            return len(deliveries._under_way)

    began = time.monotonic()
    under_way = asyncio.run(work())
    return time.monotonic() - began, under_way
