"""API keys on the admin's pages: made, shown once, rotated, revoked, and in scope."""

from __future__ import annotations

import re

from tenants.models import ApiKey, AuditEntry
from tests.api.program import Program, issue, kind_of
from tests.manager import change, errors_of, said, signed_in, submit, unconfirmed, url

ADD = url(ApiKey, "add")


def key_in(answer) -> str:
    return re.search(r"ck_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", answer.content.decode())[0]


def test_a_key_is_made_and_shown_once(manager, cast, gateway):
    answer = submit(manager, ADD, name="crm", tenant=cast.acme.pk, scopes=["calls:read"])
    key, text = ApiKey.objects.get(), key_in(answer)
    assert (key.tenant, key.scopes) == (cast.acme, ["calls:read"])
    assert "no-store" in answer.headers["Cache-Control"]
    assert Program(gateway.port, text).get("/calls").status == 200
    for page in (url(ApiKey), change(key)):
        shown = manager.get(page).content.decode()
        assert key.shown_id in shown
        assert text[16:] not in shown
    assert AuditEntry.objects.get(action="api_key:added").actor_name == "administrator"


def test_a_manager_makes_keys_of_their_tenants_alone(cast):
    browser = signed_in("manager", cast.acme)
    assert "This field is required" in errors_of(
        submit(browser, ADD, name="crm", tenant="", scopes=["read"])
    )
    assert "valid choice" in errors_of(
        submit(browser, ADD, name="crm", tenant=cast.globex.pk, scopes=["read"])
    )
    assert key_in(submit(browser, ADD, name="crm", tenant=cast.acme.pk, scopes=["write"]))
    assert ApiKey.objects.get().tenant == cast.acme
    foreign = [issue(cast.globex)[0], issue()[0]]
    listed = browser.get(url(ApiKey)).content.decode()
    for key in foreign:
        assert key.kid not in listed
        assert browser.get(change(key)).status_code == 302
    assert signed_in("auditor").get(ADD).status_code == 403


def test_keys_are_rotated_one_by_one_and_revoked(manager, cast, gateway):
    (one, old), (other, _) = issue(cast.acme), issue(cast.acme)
    page = url(ApiKey)

    def act(action, *keys, browser=manager):
        chosen = [str(key.pk) for key in keys]
        return browser.post(page, {"action": action, "_selected_action": chosen}, follow=True)

    assert "Choose one key" in said(act("rotate", one, other))
    new = key_in(act("rotate", one))
    for text in (old, new):
        assert Program(gateway.port, text).get("/tenants").status == 200
    assert "2 keys were revoked" in said(act("revoke", one, other))
    assert kind_of(Program(gateway.port, new).get("/tenants")) == "key-revoked"
    assert "Choose one key" in said(act("rotate", one))


def test_making_and_ending_keys_needs_a_recent_code(manager, cast):
    key, _ = issue(cast.acme)
    browser = unconfirmed(manager)
    assert "code" in browser.get(ADD).headers["Location"]
    action = {"action": "revoke", "_selected_action": [str(key.pk)]}
    assert "code" in browser.post(url(ApiKey), action).headers["Location"]
    key.refresh_from_db()
    assert key.revoked_at is None


def test_a_key_without_a_scope_or_in_the_past_is_refused(manager, cast):
    errors = errors_of(submit(manager, ADD, name="crm", tenant=cast.acme.pk))
    assert "This field is required" in errors
    written = submit(manager, ADD, name="crm", tenant=cast.acme.pk, scopes=["calls:write"])
    assert "calls:write is not one of the available choices" in errors_of(written)
    past = {"expires_at": "2001-01-01T10:00"}
    answer = submit(manager, ADD, name="crm", tenant=cast.acme.pk, scopes=["read"], **past)
    assert "expired already" in errors_of(answer)
    assert not ApiKey.objects.exists()
