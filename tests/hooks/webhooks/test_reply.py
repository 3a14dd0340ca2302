"""What a customer's system answers to a visitor's message goes back to the visitor's page."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.utils import timezone

from hooks.models import DataMessage, DataRecipient, Session, WebhookDelivery
from hooks.wcs.kill_switch.switching import switch_off
from hooks.wcs.kill_switch.targets import find_target
from tenants.models import Tenant
from tenants.plain_text import LONGEST
from tenants.webhooks.allowed_networks import parse_allowed_networks
from tests.duties.pages import PATH, work
from tests.duties.rest_server import reply as rest_reply
from tests.duties.rest_server import serving
from tests.hooks.messages.test_taking import METHOD, takes_messages
from tests.hooks.webhooks.outbox import deliver
from tests.hooks.webhooks.receiver import reply


@pytest.fixture(autouse=True)
def _opened(settings, receiver):
    settings.CLICKHOOK_WEBHOOK_ALLOW = parse_allowed_networks(f"127.0.0.0/8:{receiver.port}")


@pytest.fixture
def asked(cast, acme, endpoint):
    """A visitor has sent a message, and Acme's system is told."""
    takes_messages(cast.acme)
    endpoint.events = ["message.received"]
    endpoint.save()
    acme.connected().post(METHOD)
    return Session.objects.get()


def answers(receiver, body: bytes) -> None:
    receiver.answer = lambda request, received: reply(request, 200, body)


@pytest.mark.parametrize("text", ["Hello, how may I help?", "é" * (LONGEST // 2)])
def test_a_text_goes_to_the_page_that_asked(asked, receiver, text):
    answers(receiver, json.dumps({"text": text}).encode())
    deliver()
    [received] = receiver.received
    assert received.verify()["data"]["text"] == "hello"
    message = DataMessage.objects.get()
    assert (message.text, message.goes_to) == (text, "session")
    recipient = DataRecipient.objects.get()
    assert (recipient.session, recipient.message, recipient.state) == (asked, message, "waiting")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b'{"ok": true}',
        b'["text"]',
        b'{"text": 7}',
        b'{"text": ""}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        json.dumps({"text": "x" * (LONGEST + 1)}).encode(),
        b'{"text": "' + b"x" * 100_000 + b'"}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_text_goes_nowhere(asked, receiver, body):
    answers(receiver, body)
    deliver()
    assert len(receiver.received) == 1
    assert not DataMessage.objects.exists()


def test_whoever_has_left_gets_nothing(asked, receiver):
    Session.objects.update(ended_at=timezone.now())
    answers(receiver, b'{"text": "Hello?"}')
    deliver()
    assert not DataMessage.objects.exists()


def suspend() -> None:
    Tenant.objects.filter(slug="acme").update(status="suspended")


def switch_acme_off() -> None:
    switch_off(find_target("tenant", "acme"), "test", "mary")


def take_from_its_wcs() -> None:
    Session.objects.get().instance.tenants.clear()


@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (suspend, "suspended"),
        (switch_acme_off, "switched_off"),
        (take_from_its_wcs, "not_served"),
    ],
)
def test_nothing_goes_to_the_pages_of_a_tenant_that_stopped_meanwhile(asked, receiver, stop, why):
    def stop_and_answer(request, received) -> None:
        stop()
        connection.close()  # this thread's
        reply(request, 200, b'{"text": "Hello."}')

    receiver.answer = stop_and_answer
    deliver()
    with serving() as rest:
        instance = asked.instance
        instance.rest_api_url, instance.rest_api_user = rest.url, "gateway"
        instance.rest_api_password = "a rest password"
        instance.save()
        rest.answers[PATH] = lambda request: rest_reply(request, 200)
        work()
        assert rest.asked_for(PATH) == []
    recipient = DataRecipient.objects.get()
    assert (recipient.state, recipient.result) == ("failed", why)


def test_the_answer_to_a_message_that_is_delivered_twice_goes_once(asked, receiver):
    answers(receiver, b'{"text": "Hello."}')
    for _ in range(2):
        deliver()
        WebhookDelivery.objects.update(done_at=None, state="waiting")  # as after a kill
    assert len(receiver.received) == 2
    assert DataMessage.objects.count() == DataRecipient.objects.count() == 1
