"""How long a message takes, and that endpoints which hang or fail delay nobody else."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone

from hooks.duties.delivering import FAILING, IN_ALL, QUICK
from hooks.models import WebhookStanding
from hooks.row_id import new_row_id
from tenants.models import WebhookEndpoint
from tenants.webhooks.allowed_networks import parse_allowed_networks
from tests.duties.running import running_worker, wait_for
from tests.hooks.webhooks.outbox import CALL, deliver_until, write
from tests.hooks.webhooks.receiver import SECRET, receiving


@pytest.fixture
def hanging(cast, receiver, settings):
    """Makes endpoints of a server that never answers, each with messages of calls of their own."""
    with receiving() as silent:
        silent.answer = lambda request, received: time.sleep(30)
        allow = f"127.0.0.0/8:{silent.port}, 127.0.0.0/8:{receiver.port}"
        settings.CLICKHOOK_WEBHOOK_ALLOW = parse_allowed_networks(allow)

        def make(endpoints: int, messages: int) -> list[WebhookEndpoint]:
            values = {"tenant": cast.acme, "url": silent.url, "secret": SECRET}
            made = [WebhookEndpoint.objects.create(**values) for _ in range(endpoints)]
            for one in made:
                for number in range(messages):
                    write(one, subject=CALL(number))
            return made

        yield make


def test_endpoints_that_fail_delay_nobody_else(endpoint, receiver, hanging):
    for one in hanging(FAILING + 10, messages=2):
        since = {"failing_since": timezone.now(), "problem": "slow"}
        WebhookStanding.objects.create(endpoint=one, **since)
    write(endpoint)
    seconds, under_way = deliver_until(lambda: receiver.received)
    assert seconds < 5
    assert under_way in (FAILING, FAILING + 1)


@pytest.mark.proof
def test_endpoints_that_begin_to_hang_delay_the_rest_for_a_moment(endpoint, receiver, hanging):
    hanging(QUICK + 20, messages=4)
    write(endpoint)
    seconds, under_way = deliver_until(lambda: receiver.received)
    assert seconds < 5
    assert QUICK <= under_way <= IN_ALL


@pytest.mark.proof
def test_hooks_reach_the_receiver_within_a_second_in_order_and_once(endpoint, receiver, acme):
    """From the answer to the hook, with two workers."""
    allow = {"CLICKHOOK_WEBHOOK_ALLOW": f"127.0.0.0/8:{receiver.port}"}
    delays = []

    def wait_for_one_more(post) -> None:
        expected = len(receiver.received) + 1
        post()
        delays.append(wait_for(lambda: len(receiver.received) >= expected))

    with running_worker(**allow), running_worker(**allow):
        for number in range(5):
            acme.session = str(new_row_id())
            call_id = f"c{number}"
            wait_for_one_more(acme.connected)
            acme.post("call", callId=call_id)
            for file in ("call_ring", "call_established", "call_finish"):
                hook = ("CallStatusEvent", file)
                wait_for_one_more(lambda hook=hook, id_=call_id: acme.post(*hook, callId=id_))
    of_a_call = ["session.connected", "call.ringing", "call.answered", "call.ended"]
    assert receiver.types == of_a_call * 5
    assert len({one.id for one in receiver.received}) == 20
    print("delays:", [f"{delay:.2f}" for delay in sorted(delays)])
    assert sorted(delays)[18] <= 1.0  # the 95th percentile
