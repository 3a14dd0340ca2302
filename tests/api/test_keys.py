"""Keys: what is refused before anything is read, and what a key leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from clickhook.api.urls import urlpatterns
from tenants.api_scopes import ONLY_READ, RESOURCES
from tenants.models import ApiKey, AuditEntry
from tests.api.program import Program, issue, kind_of


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (..., "key-missing"),
        ("", "key-missing"),
        ("Bearer", "key-unknown"),
        ("Bearer nonsense", "key-unknown"),
        ("Basic {key}", "key-unknown"),
        ("Bearer {key}x", "key-unknown"),
        ("Bearer {other}", "key-unknown"),
        ("Bearer " + "x" * 5000, "key-unknown"),
        ("Bearer ck_\x00", "key-unknown"),
    ],
)
def test_a_request_without_a_known_key_is_refused(acmes, header, kind):
    if header is not ...:
        other = f"{acmes.key[:15]}_{'a' * 43}"
        header = header.format(key=acmes.key, other=other)
    answer = acmes.get("/tenants", Authorization=header)
    if "\0" in str(header):  # gunicorn refuses it
        assert answer.status == 400
        return
    assert (answer.status, kind_of(answer)) == (401, kind)
    assert answer.headers["Www-Authenticate"] == "Bearer"


def test_a_key_in_the_address_is_refused_also_beside_a_good_one(acmes, gateway):
    for path in (f"/tenants?api_key={acmes.key}", f"/tenants?key=%63k_{acmes.key[3:]}"):
        answer = acmes.get(path)
        assert (answer.status, kind_of(answer)) == (401, "key-in-url")
        assert "revoke it" in answer.json["detail"]
    assert acmes.key[16:] not in gateway.log


def test_a_key_that_has_ended_is_refused(cast, gateway):
    expired, text = issue(cast.acme, expires_at=timezone.now() + timedelta(minutes=1))
    assert Program(gateway.port, text).get("/tenants").status == 200
    ApiKey.objects.update(expires_at=timezone.now())
    assert kind_of(Program(gateway.port, text).get("/tenants")) == "key-expired"
    ApiKey.objects.filter(pk=expired.pk).revoke()
    assert kind_of(Program(gateway.port, text).get("/tenants")) == "key-revoked"


def test_a_new_secret_lives_beside_the_one_of_before(cast, gateway, acmes):
    old, key = acmes.key, ApiKey.objects.get()
    new = key.rotate().text
    assert new.startswith(old[:16])
    for text in (old, new):
        assert Program(gateway.port, text).get("/tenants").status == 200
    ApiKey.objects.update(previous_until=timezone.now())
    assert kind_of(Program(gateway.port, old).get("/tenants")) == "key-unknown"
    assert Program(gateway.port, new).get("/tenants").status == 200


def test_a_key_does_what_its_scopes_say(cast, gateway):
    reads = Program(gateway.port, issue(cast.acme, "read")[1])
    assert reads.get("/callees").status == 200
    refused = reads.post("/callees", {"tenant": "acme", "alias": "a", "target": "1"})
    assert (refused.status, kind_of(refused)) == (403, "scope-missing")
    assert "callees:write" in refused.json["detail"]

    callees = Program(gateway.port, issue(cast.acme, "callees:write")[1])
    assert callees.get("/callees").status == 200
    assert callees.get("/tenants").status == 403
    body = {"tenant": "acme", "alias": "desk", "target": "10009"}
    assert callees.post("/callees", body).status == 201


def test_there_is_a_scope_to_write_what_can_be_written_and_nothing_else():
    views = [view for one in urlpatterns if (view := getattr(one.callback, "view_class", None))]
    verbs = ("post", "put", "patch", "delete")
    written = {view.resource for view in views if any(hasattr(view, verb) for verb in verbs)}
    imported = {"rates"}  # as a file
    assert (written | imported) - {""} == {*RESOURCES} - {*ONLY_READ}


def test_a_key_of_before_that_may_write_calls_still_reads_them(cast, gateway):
    old = issue(cast.acme, "calls:write")[1]
    assert Program(gateway.port, old).get("/calls").status == 200
    command = ("make_api_key", "crm", "--tenant", "acme", "--scope", "read", "calls:write")
    with pytest.raises(CommandError, match="can only be read"):
        call_command(*command)
    assert ApiKey.objects.count() == 1


def test_the_last_use_is_noted_but_not_with_every_request(acmes):
    acmes.get("/tenants")
    first = ApiKey.objects.get().last_used_at
    acmes.get("/tenants")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=6))
    acmes.get("/tenants")
    assert ApiKey.objects.get().last_used_at > first
    assert not AuditEntry.objects.filter(action="api_key:changed").exists()


def test_the_key_is_stored_as_a_hash_and_never_logged(acmes, gateway):
    acmes.get("/tenants")
    acmes.post("/tenants", {"slug": acmes.key})
    secret = acmes.key[16:]
    assert secret not in gateway.log
    [key] = ApiKey.objects.values()
    assert secret not in repr(key)
    assert secret not in repr([*AuditEntry.objects.values()])
    entry = AuditEntry.objects.get(action="api_key:added")
    assert entry.after["digest"] == "set"


@pytest.mark.proof
def test_operators_make_rotate_and_revoke_keys(cast, gateway, manage):
    made = manage("make_api_key", "crm", "--tenant", "acme", "--scope", "write", "--json")
    program = Program(gateway.port, _key(made))
    assert program.get("/tenants").json["items"][0]["slug"] == "acme"
    rotated = manage("rotate_api_key", program.key[:15], "--json")
    assert Program(gateway.port, _key(rotated)).get("/tenants").status == 200
    assert manage("revoke_api_key", program.key[:15]).returncode == 0
    assert kind_of(program.get("/tenants")) == "key-revoked"
    assert manage("revoke_api_key", program.key[:15]).returncode == 1
    assert manage("rotate_api_key", program.key[:15]).returncode == 1


@pytest.mark.proof
@pytest.mark.parametrize(
    "arguments",
    [
        ("x", "--tenant", "nobody", "--scope", "read"),
        ("x", "--tenant", "acme", "--scope", "everything"),
        ("x", "--tenant", "acme", "--scope", "callees:delete"),
        ("x\n", "--tenant", "acme", "--scope", "read"),
        ("x", "--tenant", "acme", "--scope", "read", "--days", "0"),
    ],
)
def test_a_key_that_cannot_be_is_not_made(cast, manage, arguments):
    done = manage("make_api_key", *arguments)
    assert done.returncode == 1
    assert done.stderr
    assert not ApiKey.objects.exists()


def _key(done) -> str:
    import json

    return json.loads(done.stdout)["key"]
