"""What is due reaches the receiver: signed, in order, again where it failed, for whoever is up."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from hooks.duties.webhook_mail import mail_failing_endpoints
from hooks.models import WebhookDelivery, WebhookStanding
from tenants.models import AuditEntry, WebhookEndpoint
from tenants.webhooks.allowed_networks import parse_allowed_networks
from tests.duties.running import running_worker, wait_for
from tests.duties.turns import take_turn
from tests.hooks.webhooks.outbox import CALL, deliver, write
from tests.hooks.webhooks.receiver import SECRET, Received, reply


@pytest.fixture(autouse=True)
def _opened(settings, receiver):
    settings.CLICKHOOK_WEBHOOK_ALLOW = parse_allowed_networks(f"127.0.0.0/8:{receiver.port}")


def make_due() -> None:
    WebhookDelivery.objects.filter(done_at=None).update(due_at=timezone.now())


def status(*statuses, **headers):
    """Answers with these in turn, the last one for ever."""
    left = list(statuses)

    def answer(request, received: Received) -> None:
        reply(request, left.pop(0) if len(left) > 1 else left[0], b"no, thanks", **headers)

    return answer


def test_the_receiver_can_verify_what_it_gets(endpoint, receiver):
    delivery = write(endpoint, data={"call_id": "x", "alias": "café"}, numbers={"target": "+49"})
    deliver()
    [received] = receiver.received
    told = received.verify()
    assert told == {
        "type": "call.ringing",
        "timestamp": f"{delivery.message.happened_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "data": {"call_id": "x", "alias": "café"},
    }
    assert received.id == str(delivery.message.uid)
    assert received.headers["content-type"] == "application/json"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries, delivery.status) == ("delivered", 1, 204)
    assert delivery.done_at
    assert delivery.attempts[0]["failure"] == ""


def test_a_stored_key_that_is_none_is_told_and_nothing_is_sent(endpoint, receiver):
    for key in ("whsk_", "whsk_AAAA", "whsk_*", "whsk_" + "A" * 999):
        endpoint.secret = key
        endpoint.save()
        write(endpoint)
        deliver()
        delivery = WebhookDelivery.objects.latest("id")
        assert (delivery.state, delivery.attempts[0]["failure"]) == ("waiting", "unreadable")
        WebhookDelivery.objects.all().delete()
    assert receiver.received == []


def test_two_live_secrets_sign_both_and_numbers_go_to_who_asks(endpoint, receiver):
    new = endpoint.rotate_key("hmac-sha256")
    endpoint.with_numbers = True
    endpoint.save()
    write(endpoint, data={"alias": "sales"}, numbers={"target": "+4930123456"})
    deliver()
    for secret in (SECRET, new):
        assert receiver.received[0].verify(secret)["data"]["target"] == "+4930123456"
    assert receiver.received[0].headers["webhook-signature"].count("v1,") == 2


def test_a_message_waits_for_the_one_before_of_its_call_and_for_no_other(endpoint, receiver):
    first, second = write(endpoint, "call.ringing", CALL(1)), write(endpoint, "call.ended", CALL(1))
    other = write(endpoint, "call.answered", CALL(2))
    receiver.answer = lambda request, received: reply(
        request, 500 if received.id == str(first.message.uid) else 204
    )
    deliver()
    assert sorted(receiver.types) == ["call.answered", "call.ringing"]
    assert WebhookDelivery.objects.get(pk=other.pk).state == "delivered"

    receiver.answer, receiver.received = None, []
    make_due()
    deliver()
    assert receiver.types == ["call.ringing", "call.ended"]
    assert WebhookDelivery.objects.get(pk=second.pk).tries == 1


@pytest.mark.parametrize(
    ("answered", "headers", "least", "most"),
    [
        (500, {}, 5, 6),
        (302, {"Location": "/elsewhere"}, 5, 6),
        (429, {"Retry_After": "600"}, 600, 670),
        (503, {"Retry_After": "999999999"}, 86400, 96000),
        (503, {"Retry_After": "soon"}, 5, 6),
    ],
)
def test_a_failure_is_tried_again_later(endpoint, receiver, answered, headers, least, most):
    receiver.answer = status(answered, **headers)
    delivery, before = write(endpoint), timezone.now()
    deliver()
    delivery.refresh_from_db()
    assert [one.path for one in receiver.received] == ["/hook"]
    assert (delivery.state, delivery.tries, delivery.status) == ("waiting", 1, answered)
    assert delivery.attempts[0]["answer"] == "no, thanks"
    assert least <= (delivery.due_at - before).total_seconds() <= most + 5
    assert WebhookStanding.objects.get().endpoint == endpoint

    receiver.answer = None
    make_due()
    deliver()
    assert len({one.id for one in receiver.received}) == 1  # the same id at every attempt
    assert WebhookDelivery.objects.get().state == "delivered"
    assert not WebhookStanding.objects.exists()


def test_after_ten_tries_a_message_is_given_up(endpoint, receiver):
    receiver.answer = status(500)
    write(endpoint)
    pauses = []
    for _ in range(10):
        make_due()
        at = timezone.now()
        deliver()
        pauses.append(WebhookDelivery.objects.get().due_at - at)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.tries, len(delivery.attempts)) == ("failed", 10, 10)
    assert timedelta(hours=75.5) < sum(pauses[:9], timedelta()) < timedelta(hours=84)


def test_gone_disables_and_it_is_audited(endpoint, receiver):
    receiver.answer = status(410)
    write(endpoint)
    deliver()
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    assert "410" in endpoint.disabled_because
    assert WebhookDelivery.objects.get().state == "failed"
    entry = AuditEntry.objects.filter(action="webhook_endpoint:changed").latest("id")
    assert (entry.after["enabled"], entry.tenant_slug) == (False, "acme")

    write(endpoint)  # waits until somebody enables it
    deliver()
    assert len(receiver.received) == 1


def test_five_days_of_failure_disable_after_a_mail(endpoint, receiver, settings):
    settings.CLICKHOOK_ALARM_MAIL = ["ops@gateway.example"]
    receiver.answer = status(500)
    write(endpoint)
    deliver()
    standings = WebhookStanding.objects.all()
    standings.update(failing_since=timezone.now() - timedelta(days=6))
    make_due()
    deliver()
    assert WebhookEndpoint.objects.get().enabled  # nobody was told yet

    take_turn(mail_failing_endpoints().send)
    [sent] = mail.outbox
    assert f"127.0.0.1:{receiver.port}" in sent.body
    assert "/hook" not in sent.body
    take_turn(mail_failing_endpoints().send)
    assert len(mail.outbox) == 1
    make_due()
    deliver()
    assert not WebhookEndpoint.objects.get().enabled
    assert "5 days" in WebhookEndpoint.objects.get().disabled_because


def test_a_lease_that_is_over_is_taken_again_and_no_other(endpoint, receiver):
    taken, lost = write(endpoint), write(endpoint)
    now = timezone.now()
    rows = WebhookDelivery.objects
    rows.filter(pk=taken.pk).update(taken_until=now + timedelta(minutes=1))
    rows.filter(pk=lost.pk).update(taken_until=now - timedelta(seconds=1))
    deliver()
    assert [one.id for one in receiver.received] == [str(lost.message.uid)]


@pytest.mark.proof
def test_what_a_killed_worker_had_under_way_is_sent_by_another(endpoint, receiver):
    allow = {"CLICKHOOK_WEBHOOK_ALLOW": f"127.0.0.0/8:{receiver.port}"}
    receiver.answer = lambda request, received: time.sleep(20)
    write(endpoint)
    with running_worker(**allow) as worker:
        wait_for(lambda: receiver.received)
        worker.kill()
        worker.wait()
        assert WebhookDelivery.objects.get().state == "waiting"
    receiver.answer = None
    deliver()
    assert len(receiver.received) == 1  # its lease is not over
    WebhookDelivery.objects.update(taken_until=timezone.now())
    deliver()
    assert len({one.id for one in receiver.received}) == 1
    assert WebhookDelivery.objects.get().state == "delivered"


@pytest.mark.proof
def test_a_single_turn_of_the_worker_delivers(endpoint, receiver, manage):
    write(endpoint)
    allow = f"127.0.0.0/8:{receiver.port}"
    done = manage("worker", "--once", "--json", CLICKHOOK_WEBHOOK_ALLOW=allow)
    assert done.returncode == 0, done.stderr
    assert WebhookDelivery.objects.get().state == "delivered"
    assert "delivering" in json.loads(done.stdout)["duties"]
