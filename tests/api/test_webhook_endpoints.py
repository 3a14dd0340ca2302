"""Webhook endpoints over the API: made, changed, rotated, tested, told again."""

from __future__ import annotations

import json
import uuid

import pytest
from django.utils import timezone

from hooks.models import WebhookDelivery, WebhookMessage
from tenants.models import AuditEntry, WebhookEndpoint
from tests.api.program import errors_of, kind_of

URL = "https://crm.acme.example/hook"
BODY = {"tenant": "acme", "url": URL, "events": ["call.ended"]}


@pytest.fixture
def made(acmes):
    answer = acmes.post("/webhook-endpoints", BODY)
    assert answer.status == 201, answer.body
    return answer


def test_the_secret_is_told_this_once(acmes, made):
    secret = made.json["secret"]
    assert secret.startswith("whsec_")
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret.matches(secret)
    for path in (made.headers["Location"], "/webhook-endpoints?tenant=acme"):
        assert secret not in acmes.get(path).body.decode()
    entry = AuditEntry.objects.get(action="webhook_endpoint:added")
    assert entry.actor_name.startswith(acmes.key[:15])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        *(
            ({"url": url}, "/url")
            for url in (
                "https://127.0.0.1/",
                "http://crm.example/",
                "https://[::1]/",
                "",
                "x" * 900,
            )
        ),
        ({"url": 5}, "/url"),
        ({"events": "call.ended"}, "/events"),
        ({"events": ["call.endet"]}, "/events"),
        ({"events": [5]}, "/events"),
        ({"with_numbers": "yes"}, "/with_numbers"),
        ({"secret": "x"}, "/secret"),
        ({"tenant": "globex"}, "/tenant"),
        ({"tenant": None}, "/tenant"),
    ],
)
def test_bad_input_is_told_at_its_place(acmes, change, pointer):
    answer = acmes.post("/webhook-endpoints", {**BODY, **change})
    assert answer.status == 422, answer.body
    assert pointer in errors_of(answer)
    assert not WebhookEndpoint.objects.exists()


def test_an_endpoint_is_changed_and_removed(acmes, globexs, made):
    place = made.headers["Location"]
    assert acmes.patch(place, {"enabled": False}, made.headers["Etag"]).json["enabled"] is False
    assert acmes.patch(place, {"enabled": True}, made.headers["Etag"]).status == 412
    for answer in (globexs.get(place), globexs.patch(place, {}), globexs.delete(place)):
        assert answer.status == 404
    assert acmes.delete(place).status == 204
    assert not WebhookEndpoint.objects.exists()


def test_a_new_secret_a_test_and_messages_again(acmes, made):
    place, endpoint = made.headers["Location"], WebhookEndpoint.objects.get()
    rotated = acmes.post(f"{place}/rotate").json["secret"]
    endpoint.refresh_from_db()
    assert endpoint.secret.matches(rotated)
    assert endpoint.previous_secret.matches(made.json["secret"])
    assert acmes.post(f"{place}/forget-previous").status == 200
    endpoint.refresh_from_db()
    assert endpoint.previous_secret is None

    test = acmes.post(f"{place}/test")
    assert test.status == 202
    assert str(WebhookDelivery.objects.get().message.uid) == test.json["message"]
    message = WebhookMessage.objects.create(
        tenant=endpoint.tenant, type="call.ended", happened_at=timezone.now()
    )
    again = acmes.post(f"{place}/replay", {"message": str(message.uid)})
    assert again.json == {"messages": 1, "more": False}
    since = acmes.post(f"{place}/replay", {"since": "2020-01-01T00:00:00Z"})
    assert since.json["messages"] == 1
    assert acmes.post(f"{place}/replay", {"which": "given_up"}).json["messages"] == 0
    assert AuditEntry.objects.filter(action="webhook_endpoint:delivered_again").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message": "x"},
        {"which": "all"},
        {"since": "soon"},
        {"since": "2026-02-30T00:00:00Z"},
        {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
        {"message": str(uuid.uuid4()), "which": "given_up"},
    ],
)
def test_a_replay_of_nothing_is_refused(acmes, made, body):
    answer = acmes.post(f"{made.headers['Location']}/replay", body)
    assert (answer.status, kind_of(answer)) == (422, "invalid")


@pytest.mark.proof
def test_a_key_pair_is_told_by_its_public_keys(acmes, manage):
    made = acmes.post("/webhook-endpoints", {**BODY, "signature": "ed25519"})
    assert (made.status, made.json["signature"]) == (201, "ed25519")
    [first] = made.json["public_keys"]
    assert "secret" not in made.json
    assert "whsk_" not in made.body.decode()

    place = made.headers["Location"]
    rotated = acmes.post(f"{place}/rotate").json
    assert rotated["public_keys"][1:] == [first]
    both = acmes.post(f"{place}/rotate", {"signature": "hmac-sha256"}).json
    assert both["secret"].startswith("whsec_")
    assert both["public_keys"] == rotated["public_keys"][:1]
    assert acmes.post(f"{place}/forget-previous").json["public_keys"] == []
    refused = acmes.post("/webhook-endpoints", {**BODY, "signature": "rsa"})
    assert errors_of(refused) == {"/signature": "One of hmac-sha256, ed25519."}

    done = manage("make_webhook_endpoint", "acme", URL, "--signature", "ed25519", "--json")
    told = json.loads(done.stdout)
    assert WebhookEndpoint.objects.get(pk=told["id"]).public_key == told["public_key"]
