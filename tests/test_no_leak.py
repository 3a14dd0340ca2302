"""No secret in any log line, row, page, answer, exception or repr, whatever was posted."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import connection

from hooks.models import Event
from tests.cast import ACME_PASSWORD, SECRETS
from tests.manager import signed_in
from tests.wcs import PAYLOADS, Answer, payload


def spellings(secret: str) -> set[str]:
    return {secret, json.dumps(secret)[1:-1], secret.encode().hex()}


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS for spelling in spellings(secret) if spelling in text]


def test_the_search_can_see_a_secret(acme):
    """The positive control: the answer to connect is the one exit."""
    assert leaks(acme.post("connect").body.decode()) == [ACME_PASSWORD]


@pytest.fixture
def answers(acme, globex, cast):
    return list(_everything(acme, globex))


def _everything(acme, globex) -> Iterator[Answer]:
    acme.connected()
    for file in sorted(path.stem for path in PAYLOADS.glob("*.json")):
        for method in (
            "call",
            "CallStatusEvent",
            "ConnectionStatusEvent",
            "RegistrationStatusEvent",
            "transfer",
            "OnCallEvent",
        ):
            body = payload(
                file, sessionId=acme.session, info=f"not {file}", sipPassword=ACME_PASSWORD
            )
            yield acme.send(method, json.dumps(body).encode())
    yield acme.send("connect", b"{")
    yield acme.send(
        "connect", json.dumps(payload("connect", sipPassword=ACME_PASSWORD, origin=5)).encode()
    )
    yield globex.post("connect")
    globex.secret = None
    yield globex.post("connect")


def test_no_secret_leaves_but_in_the_answer_to_connect(answers, cast, gateway):
    for answer in answers:
        assert leaks(answer.body.decode()) == []
        assert leaks(json.dumps(answer.headers)) == []
    assert Event.objects.count() > 50
    assert leaks(gateway.log) == []
    assert _leaking_tables() == []
    assert leaks(repr(cast) + repr(vars(cast.acme_account)) + repr(vars(cast.acme_1))) == []


def _leaking_tables() -> list[str]:
    leaking = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT coalesce(string_agg(row_to_json(t)::text, chr(10)), '') FROM \"{table}\" t"
            )
            if leaks(cursor.fetchone()[0]):
                leaking.append(table)
    return leaking


def test_no_secret_stands_on_an_admin_page(answers, cast):
    client = signed_in()
    pages = [
        "tenants/tenant",
        "tenants/sipaccount",
        "tenants/wcsinstance",
        "tenants/domain",
        "hooks/session",
        "hooks/call",
        "hooks/event",
    ]
    for page in pages:
        shown = client.get(f"/admin/{page}/")
        assert shown.status_code == 200
        assert leaks(shown.content.decode()) == []
    for page in (
        f"tenants/sipaccount/{cast.acme_account.pk}",
        f"tenants/wcsinstance/{cast.acme_1.pk}",
        f"tenants/tenant/{cast.acme.pk}",
    ):
        shown = client.get(f"/admin/{page}/change/")
        assert shown.status_code == 200
        assert leaks(shown.content.decode()) == []
        assert "v1." not in shown.content.decode()
