"""Ticket keys on the admin's pages: made, shown once, retired, and in scope."""

from __future__ import annotations

import re

from tenants.models import ApiKey, AuditEntry, TicketKey
from tenants.models.api_key import ApiKeyQuerySet, TooManyApiKeys
from tests.manager import change, errors_of, said, signed_in, submit, unconfirmed, url

ADD = url(TicketKey, "add")


def secret_in(answer) -> str:
    assert "no-store" in answer.headers["Cache-Control"]
    return re.search(r"TICKET_SECRET</code>: <code>([\w-]{43})</code>", answer.content.decode())[1]


def test_a_manager_makes_keys_of_their_tenants_alone(cast):
    browser = signed_in("manager", cast.acme)
    refused = submit(browser, ADD, tenant=cast.globex.pk)
    assert "valid choice" in errors_of(refused)
    assert not TicketKey.objects.exists()

    secret = secret_in(submit(browser, ADD, tenant=cast.acme.pk))
    key = TicketKey.objects.get()
    assert key.tenant == cast.acme
    assert key.secret.matches(secret)
    for page in (url(TicketKey), change(key)):
        shown = browser.get(page).content.decode()
        assert key.kid in shown
        assert secret not in shown
    entry = AuditEntry.objects.get(action="ticket_key:added")
    assert (entry.actor_name, entry.after["secret"]) == ("manager", "set")

    assert (
        change(key)
        not in signed_in("manager", cast.globex, name="joe").get(url(TicketKey)).content.decode()
    )
    assert signed_in("auditor").get(ADD).status_code == 403


def test_two_live_side_by_side_and_a_third_waits_for_one_to_be_retired(manager, cast):
    for _ in range(2):
        secret_in(submit(manager, ADD, tenant=cast.acme.pk))
    assert "at most 2 live ticket keys" in said(submit(manager, ADD, tenant=cast.acme.pk))
    assert TicketKey.objects.count() == 2

    old = TicketKey.objects.earliest("created_at")
    action = {"action": "retire", "_selected_action": [str(old.pk)]}
    assert "1 keys were retired" in said(manager.post(url(TicketKey), action, follow=True))
    secret_in(submit(manager, ADD, tenant=cast.acme.pk))
    assert TicketKey.objects.live().count() == 2


def test_making_and_retiring_keys_needs_a_recent_code(manager, cast):
    submit(manager, ADD, tenant=cast.acme.pk)
    key, browser = TicketKey.objects.get(), unconfirmed(manager)
    assert "code" in browser.get(ADD).headers["Location"]
    assert "code" in browser.post(ADD, {"tenant": cast.acme.pk}).headers["Location"]
    action = {"action": "retire", "_selected_action": [str(key.pk)]}
    assert "code" in browser.post(url(TicketKey), action).headers["Location"]
    assert TicketKey.objects.live().get() == key


def test_who_makes_the_last_api_key_first_wins_and_the_other_is_told(manager, cast, monkeypatch):
    def full(*args):
        raise TooManyApiKeys

    monkeypatch.setattr(ApiKeyQuerySet, "has_room", lambda *args: True)  # when the form is checked
    monkeypatch.setattr(ApiKey, "issue", full)
    typed = {"tenant": cast.acme.pk, "name": "crm", "scopes": ["read"]}
    assert "At most 20 keys" in said(submit(manager, url(ApiKey, "add"), **typed))
    assert not ApiKey.objects.exists()
