"""Idempotency-Key: what is sent twice is done once, and answered as before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tenants.models import Callee, IdempotentAnswer, WebhookEndpoint
from tests.api.program import kind_of

BODY = {"tenant": "acme", "alias": "desk", "target": "10009"}
HOOK = {"tenant": "acme", "url": "https://crm.acme.example/hook", "events": ["call.ended"]}


def test_a_repetition_is_answered_as_before_and_done_once(acmes):
    first = acmes.post("/webhook-endpoints", HOOK, Idempotency_Key="k1")
    again = acmes.post("/webhook-endpoints", HOOK, Idempotency_Key="k1")
    assert first.status == again.status == 201
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Etag"] == first.headers["Etag"]
    assert WebhookEndpoint.objects.count() == 1
    [kept] = IdempotentAnswer.objects.values()
    assert first.json["secret"] not in repr(kept)
    assert repr(kept["answer"]).startswith("'v1.")


def test_the_same_key_with_another_request_is_refused(acmes, globexs):
    assert acmes.post("/callees", BODY, Idempotency_Key="k1").status == 201
    for path, body in (("/callees", {**BODY, "alias": "x"}), ("/webhook-endpoints", HOOK)):
        answer = acmes.post(path, body, Idempotency_Key="k1")
        assert (answer.status, kind_of(answer)) == (422, "idempotency-key-used")
    globexs_body = {**BODY, "tenant": "globex"}
    assert globexs.post("/callees", globexs_body, Idempotency_Key="k1").status == 201


def test_what_was_refused_may_be_tried_again(acmes):
    assert acmes.post("/callees", {**BODY, "target": ""}, Idempotency_Key="k1").status == 422
    assert acmes.post("/callees", BODY, Idempotency_Key="k1").status == 201
    assert IdempotentAnswer.objects.count() == 1


def test_a_key_is_free_again_after_a_day(acmes):
    assert acmes.post("/callees", BODY, Idempotency_Key="k1").status == 201
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    other = acmes.post("/callees", {**BODY, "alias": "other"}, Idempotency_Key="k1")
    assert other.status == 201
    assert IdempotentAnswer.objects.count() == 1


def test_two_at_the_same_moment_are_one(cast, acmes):
    """The first waits for a row that the test holds, so the second finds it at work."""
    with ThreadPoolExecutor(1) as meanwhile:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                'INSERT INTO tenants_callee (tenant_id, alias, target, "default") '
                "VALUES (%s, 'desk', '1', false)",
                [cast.acme.pk],
            )
            first = meanwhile.submit(acmes.post, "/callees", BODY, Idempotency_Key="k1")
            while not _waits(cursor):
                pass
            second = acmes.post("/callees", BODY, Idempotency_Key="k1")
            transaction.set_rollback(True)
        assert (second.status, kind_of(second)) == (409, "still-running")
        assert first.result().status == 201
    assert Callee.objects.filter(alias="desk").count() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "\xe9", "\t"])
def test_a_key_that_cannot_be_is_refused(acmes, key):
    answer = acmes.post("/callees", BODY, Idempotency_Key=key)
    assert (answer.status, kind_of(answer)) == (400, "malformed")
    assert not Callee.objects.filter(alias="desk").exists()


def _waits(cursor) -> bool:
    cursor.execute("SELECT pg_sleep(0.02), EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    return cursor.fetchone()[1]
