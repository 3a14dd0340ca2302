"""Endpoints on the admin's pages and by command: made, tested, rotated, told again, in scope."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from hooks.models import WebhookDelivery, WebhookMessage
from tenants.models import AuditEntry, WebhookEndpoint
from tenants.models.webhook_endpoint import MOST_ENDPOINTS
from tenants.webhooks.event_types import TOLD_WHEN, EventType
from tests.hooks.webhooks.receiver import SECRET
from tests.manager import (
    assert_tells_nothing,
    change,
    errors_of,
    said,
    signed_in,
    submit,
    unconfirmed,
    url,
)

URL = "https://crm.acme.example/hook"


@pytest.fixture
def endpoint(cast):
    return WebhookEndpoint.objects.create(tenant=cast.acme, url=URL, secret=SECRET)


@pytest.fixture
def page(endpoint):
    return reverse("admin:hooks_webhook", args=[endpoint.pk])


def delivered(endpoint, number=1, state="delivered", what="call.ended") -> list[WebhookDelivery]:
    now, made = timezone.now(), []
    for _ in range(number):
        message = WebhookMessage.objects.create(
            tenant=endpoint.tenant, type=what, happened_at=now, numbers={"target": "+4930123456"}
        )
        attempt = {"at": now.isoformat(), "milliseconds": 12, "status": 500, "failure": "status"}
        made.append(
            WebhookDelivery.objects.create(
                tenant=endpoint.tenant,
                endpoint=endpoint,
                message=message,
                due_at=now,
                state=state,
                done_at=now,
                tries=10,
                attempts=[attempt | {"answer": "<script>x"}],
            )
        )
    return made


def waiting() -> set[int]:
    return set(WebhookDelivery.objects.filter(state="waiting").values_list("pk", flat=True))


def secret_in(answer) -> str:
    return re.search(r"whsec_[A-Za-z0-9+/=]{44}", answer.content.decode())[0]


def test_an_endpoint_is_made_and_its_secret_is_shown_once(manager, cast):
    typed = {"tenant": cast.acme.pk, "url": URL, "events": ["call.ended"]}
    answer = submit(manager, url(WebhookEndpoint, "add"), **typed)
    endpoint, secret = WebhookEndpoint.objects.get(), secret_in(answer)
    assert endpoint.secret.matches(secret)
    assert (endpoint.url, endpoint.events, endpoint.enabled) == (URL, ["call.ended"], True)
    assert "no-store" in answer.headers["Cache-Control"]
    entry = AuditEntry.objects.filter(action="webhook_endpoint:added").get()
    assert entry.after["secret"] == "set"
    for shown in (change(endpoint), url(WebhookEndpoint), f"{change(endpoint)[:-7]}told/"):
        text = manager.get(shown).content.decode()
        assert secret not in text
        assert_tells_nothing(text)


@pytest.mark.parametrize(
    "bad", ["https://127.0.0.1/", "http://crm.example/", "https://2130706433/", "nonsense", ""]
)
def test_a_bad_url_is_told_at_its_field(manager, cast, bad):
    answer = submit(manager, url(WebhookEndpoint, "add"), tenant=cast.acme.pk, url=bad)
    assert "url" in errors_of(answer)
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.proof
def test_a_tenant_has_a_few_endpoints_at_most(manager, cast, endpoint, manage):
    for number in range(MOST_ENDPOINTS - 1):
        WebhookEndpoint.objects.create(tenant=cast.acme, url=f"{URL}{number}", secret=SECRET)
    answer = submit(manager, url(WebhookEndpoint, "add"), tenant=cast.acme.pk, url=f"{URL}x")
    assert "at most 10" in errors_of(answer)
    assert "10 webhook endpoints" in manage("make_webhook_endpoint", "acme", URL).stderr
    assert WebhookEndpoint.objects.count() == MOST_ENDPOINTS


def test_a_new_secret_lives_beside_the_old_one_until_that_is_forgotten(manager, endpoint, page):
    assert "code" in unconfirmed(manager).post(page, {"act": "rotate"}).headers["Location"]
    browser = signed_in("owner", endpoint.tenant)
    new = secret_in(browser.post(page, {"act": "rotate"}))
    endpoint.refresh_from_db()
    assert endpoint.secret.matches(new)
    assert endpoint.previous_secret.matches(SECRET)
    action = {"action": "forget_previous", "_selected_action": [str(endpoint.pk)]}
    browser.post(url(WebhookEndpoint), action, follow=True)
    endpoint.refresh_from_db()
    assert endpoint.previous_secret is None


def test_a_key_pair_shows_its_public_key_and_lives_beside_what_signed_before(cast):
    browser = signed_in("owner", cast.acme)
    typed = {"tenant": cast.acme.pk, "url": URL, "signature": "ed25519"}
    answer = submit(browser, url(WebhookEndpoint, "add"), **typed).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    first = endpoint.public_key
    assert first in answer
    assert "whsk_" not in answer

    page = reverse("admin:hooks_webhook", args=[endpoint.pk])
    assert "secret, this once" in browser.post(page, {"act": "rotate"}).content.decode()
    assert first in browser.get(page).content.decode()
    browser.post(page, {"act": "rotate_pair"})
    endpoint.refresh_from_db()
    assert (endpoint.signature, endpoint.previous_public_key) == ("ed25519", "")
    assert endpoint.public_key not in ("", first)
    assert endpoint.previous_secret.reveal().startswith("whsec_")
    shown = browser.get(page).content.decode()
    assert endpoint.public_key in shown
    assert first not in shown
    assert endpoint.secret.reveal() not in shown


def test_a_test_goes_to_this_endpoint_alone(manager, cast, endpoint, page):
    WebhookEndpoint.objects.create(tenant=cast.acme, url=f"{URL}2", secret=SECRET)
    assert "is on its way" in said(manager.post(page, {"act": "test"}, follow=True))
    [delivery] = WebhookDelivery.objects.all()
    assert (delivery.endpoint_id, delivery.message.type) == (endpoint.pk, "endpoint.test")
    assert AuditEntry.objects.filter(action="webhook_endpoint:tested").exists()


def test_messages_are_delivered_again_by_id_by_time_and_all_given_up(manager, endpoint, page):
    old, other = delivered(endpoint, 2)
    [given_up] = delivered(endpoint, state="failed")
    uid = str(old.message.uid)
    assert "1 messages are" in said(manager.post(page, {"act": "again", "uid": uid}, follow=True))
    assert waiting() == {old.pk}
    manager.post(page, {"act": "given_up"})
    assert waiting() == {old.pk, given_up.pk}
    assert WebhookDelivery.objects.get(pk=given_up.pk).tries == 0

    WebhookDelivery.objects.update(state="delivered", done_at=timezone.now())
    ago = timezone.now() - timedelta(hours=2)
    WebhookMessage.objects.filter(pk=other.message_id).update(created_at=ago)
    times = {
        "since": f"{ago:%Y-%m-%d %H:%M}",
        "until": f"{ago + timedelta(hours=1):%Y-%m-%d %H:%M}",
    }
    manager.post(page, {"act": "again", **times})
    assert waiting() == {other.pk}
    entry = AuditEntry.objects.filter(action="webhook_endpoint:delivered_again").latest("id")
    assert entry.after == {"messages": 1}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"uid": "nonsense"}, "valid UUID"),
        ({"uid": str(uuid.uuid4())}, "Nothing was due"),
        ({}, "Enter a webhook-id"),
        ({"since": "soon"}, "valid date/time"),
        ({"since": "2026-01-02 10:00", "until": "2026-01-01 10:00"}, "ends before it begins"),
        ({"uid": "\0"}, "valid UUID"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(manager, endpoint, page, typed, told):
    delivered(endpoint)
    answer = manager.post(page, {"act": "again", **typed}, follow=True)
    assert told in answer.content.decode()
    assert waiting() == set()


def test_another_tenants_messages_are_not_delivered(manager, cast, endpoint, page):
    theirs = WebhookEndpoint.objects.create(tenant=cast.globex, url=URL, secret=SECRET)
    [message] = delivered(theirs)
    answer = manager.post(page, {"act": "again", "uid": message.message.uid}, follow=True)
    assert "Nothing was due" in said(answer)
    assert signed_in("stranger", cast.globex).get(page).status_code == 404
    looker = signed_in("viewer", cast.acme, may_change=False)
    assert looker.get(page).status_code == 200
    assert looker.post(page, {"act": "test"}).status_code == 403


def test_the_page_shows_every_attempt_and_no_number(manager, endpoint, page):
    [delivery] = delivered(endpoint, state="failed")
    assert "HTTP 500" in manager.get(page).content.decode()
    text = manager.get(change(delivery)).content.decode()
    for part in ("12 ms", "HTTP 500", "&lt;script&gt;x", str(delivery.message.uid)):
        assert part in text
    assert "+4930123456" not in text
    shown = manager.get(url(WebhookDelivery), {"q": str(delivery.message.uid)}).content.decode()
    assert "call.ended" in shown
    assert manager.get(url(WebhookDelivery), {"q": "nonsense"}).status_code in (200, 302)


def test_a_disabled_endpoint_is_enabled_again(manager, endpoint):
    WebhookEndpoint.objects.all().disable("because")
    assert "DISABLED" in manager.get(url(WebhookEndpoint)).content.decode()
    submit(manager, change(endpoint), enabled="on")
    endpoint.refresh_from_db()
    assert (endpoint.enabled, endpoint.disabled_because, endpoint.disabled_at) == (True, "", None)


@pytest.mark.proof
def test_the_command_makes_one_and_prints_the_secret_once(cast, manage):
    done = manage("make_webhook_endpoint", "acme", URL, "--events", "call.ended", "--json")
    assert done.returncode == 0, done.stderr
    made, endpoint = json.loads(done.stdout), WebhookEndpoint.objects.get()
    assert (made["id"], endpoint.events) == (str(endpoint.pk), ["call.ended"])
    assert endpoint.secret.matches(made["secret"])
    entry = AuditEntry.objects.filter(action="webhook_endpoint:added").get()
    assert (entry.via, entry.tenant_slug) == ("make_webhook_endpoint", "acme")
    assert made["secret"] not in json.dumps([entry.before, entry.after])

    for arguments, told in (
        (("nobody", URL), "no tenant 'nobody'"),
        (("acme", "https://[::ffff:127.0.0.1]/"), "not a public one"),
        (("acme", "http://crm.example:8080/"), "port 443 only"),
        (("acme", URL, "--events", "call.exploded"), "No such type: call.exploded"),
    ):
        done = manage("make_webhook_endpoint", *arguments)
        assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    opened = {"CLICKHOOK_WEBHOOK_ALLOW": "10.0.0.0/8:8080"}
    assert (
        manage("make_webhook_endpoint", "acme", "http://10.1.1.1:8080/", **opened).returncode == 0
    )
    assert WebhookEndpoint.objects.count() == 2


def test_every_type_is_explained_where_it_is_chosen():
    assert list(TOLD_WHEN) == list(EventType)
