"""Webhooks while PostgreSQL's clock is stepped: nothing waits for ever, no pause is left out."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties.delivering import Deliveries
from hooks.duties.repeating import connect
from hooks.models import WebhookDelivery
from hooks.webhooks import attempt
from tenants.webhooks.allowed_networks import parse_allowed_networks
from tests.hooks.webhooks.outbox import CALL, deliver, write
from tests.hooks.webhooks.receiver import reply

HOUR, TWO_DAYS = timedelta(hours=1), timedelta(days=2)


@pytest.fixture(autouse=True)
def _opened(settings, receiver):
    settings.CLICKHOOK_WEBHOOK_ALLOW = parse_allowed_networks(f"127.0.0.0/8:{receiver.port}")


def put_off(delivery, step) -> None:
    due_at = timezone.now() + step
    WebhookDelivery.objects.filter(pk=delivery.pk).update(due_at=due_at)


def test_after_a_step_back_what_no_pause_explains_is_sent_in_its_order(endpoint, receiver):
    first, second = write(endpoint, "call.ringing", CALL(1)), write(endpoint, "call.ended", CALL(1))
    put_off(first, TWO_DAYS)
    deliver()
    assert receiver.types == ["call.ringing", "call.ended"]
    assert WebhookDelivery.objects.get(pk=second.pk).state == "delivered"


def test_after_a_step_back_that_a_pause_may_explain_it_waits_that_long(endpoint, receiver):
    delivery = write(endpoint)
    put_off(delivery, HOUR)
    deliver()
    assert receiver.received == []
    put_off(delivery, timedelta())  # an hour later
    deliver()
    assert receiver.types == ["call.ringing"]


@pytest.mark.parametrize("step", [HOUR, TWO_DAYS])
def test_a_lease_of_a_worker_that_died_before_a_step_back_holds_nothing_up(
    endpoint, receiver, step
):
    first, _ = write(endpoint, "call.ringing", CALL(1)), write(endpoint, "call.ended", CALL(1))
    taken_until = timezone.now() + step
    WebhookDelivery.objects.filter(pk=first.pk).update(taken_until=taken_until)
    deliver()
    assert receiver.types == ["call.ringing", "call.ended"]


@pytest.mark.parametrize("step", [HOUR, -HOUR, TWO_DAYS, -TWO_DAYS])
def test_the_pause_after_a_failure_is_as_long_where_the_clocks_differ(
    endpoint, receiver, monkeypatch, step
):
    """This machine's clock is another one than PostgreSQL's."""
    monkeypatch.setattr(attempt, "datetime", Stepped(step))
    receiver.answer = lambda request, received: reply(request, 500)
    delivery, before = write(endpoint), timezone.now()
    deliver()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == ("waiting", 1)
    assert 5 <= (delivery.due_at - before).total_seconds() <= 15


class Stepped:
    def __init__(self, step: timedelta) -> None:
        self._step = step

    def now(self, zone):
        return timezone.now().astimezone(zone) + self._step


@pytest.mark.parametrize("step", [HOUR, -HOUR, TWO_DAYS, -TWO_DAYS])
def test_what_is_under_way_is_not_begun_again_by_the_same_worker(endpoint, receiver, step):
    """The step ends its lease in the database, and the attempt goes on."""
    delivery = write(endpoint)

    async def work() -> None:
        deliveries = Deliveries()
        async with await connect() as connection:
            assert await deliveries.take_turn(connection) == "1 attempts begun, 0 ended"
            await connection.execute(
                "UPDATE hooks_webhookdelivery SET taken_until = taken_until - %s", [step]
            )
            assert await deliveries.take_turn(connection) == ""
            while deliveries.is_busy:
                await deliveries.news.wait()
                deliveries.news.clear()
                await deliveries.take_turn(connection)

    receiver.answer = slow
    asyncio.run(work())
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, len(receiver.received)) == ("delivered", 1, 1)


def slow(request, received) -> None:
    time.sleep(0.5)
    reply(request, 204)
