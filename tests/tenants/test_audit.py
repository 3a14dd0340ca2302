"""The audit: who changed what, from where, before and after; whatever path the change takes."""

from __future__ import annotations

import getpass
import json

import psycopg
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.urls import reverse

from tenants.audit import acting
from tenants.models import Assignment, Callee, SipAccount, Tenant, WcsInstance
from tests.cast import SECRETS
from tests.manager import TYPED, change, row, submit, url


def test_a_page_is_recorded_with_who_and_from_where(manager, cast, entries):
    submit(manager, change(cast.acme_account), port="5099", password=TYPED)

    [entry] = [entry for entry in entries() if entry.via == "admin"]
    assert (entry.action, entry.actor_name, entry.address) == (
        "sip_account:changed",
        "administrator",
        "127.0.0.1",
    )
    assert entry.actor == manager.user
    assert (entry.tenant, entry.tenant_slug, entry.object_name) == (
        cast.acme,
        "acme",
        "10001@sip.acme.example",
    )
    assert (entry.object_table, entry.object_pk) == (
        "tenants_sipaccount",
        str(cast.acme_account.pk),
    )
    assert entry.before == {"port": 5070, "password": "set"}
    assert entry.after == {"port": 5099, "password": "changed"}


@pytest.mark.proof
def test_the_rows_of_a_page_are_recorded_too(manager, cast, entries):
    typed = row("domains", 2, origin="https://new.acme.example") | row(
        "WcsInstance_tenants", 2, wcsinstance=cast.globex_1.pk
    )
    submit(manager, change(cast.acme), name="Acme plc", **typed)

    found = {entry.action: entry for entry in entries() if entry.via == "admin"}
    assert found.keys() == {"tenant:changed", "domain:added", "wcs_instance_tenants:added"}
    assert {entry.tenant_slug for entry in found.values()} == {"acme"}
    assert found["domain:added"].after["origin"] == "https://new.acme.example"
    assert found["wcs_instance_tenants:added"].object_name == "globex-1"
    assert found["wcs_instance_tenants:added"].after["wcsinstance_id"] == str(cast.globex_1.pk)


def test_a_deletion_is_recorded_with_all_it_takes_along(manager, cast, entries):
    manager.post(url(cast.acme, "delete", cast.acme.pk), {"post": "yes"})

    assert not Tenant.objects.filter(slug="acme").exists()
    removed = [
        entry for entry in entries() if entry.via == "admin" and entry.action.endswith(":removed")
    ]
    assert {entry.tenant_slug for entry in removed} == {"acme"}
    assert sorted(entry.object_name for entry in removed) == [
        "10001@sip.acme.example",
        "acme",
        "acme-1",
        "https://shops.acme.example",
        "https://www.acme.example",
        "sales",
        "shared-1",
        "support",
    ]


def test_bulk_writes_are_recorded_row_by_row(cast, entries):
    Callee.objects.bulk_create(
        Callee(tenant=cast.acme, alias=f"desk-{n}", target=str(n)) for n in range(3)
    )
    Callee.objects.filter(alias__startswith="desk").update(target="7")
    Callee.objects.filter(alias__startswith="desk").delete()

    found = [(entry.action, entry.object_name) for entry in entries()]
    names = ["desk-0", "desk-1", "desk-2"]
    assert found == [
        (f"callee:{what}", name) for what in ("added", "changed", "removed") for name in names
    ]
    assert [entry.before for entry in entries()[3:6]] == [
        {"target": "0"},
        {"target": "1"},
        {"target": "2"},
    ]


@pytest.mark.proof
def test_a_command_is_recorded_with_its_name_and_the_system_user(cast, manage, tmp_path, entries):
    file = tmp_path / "acme.json"
    file.write_text(json.dumps({"tenants": [{"slug": "acme", "name": "Acme plc"}]}))
    assert manage("import_tenants", str(file)).returncode == 0

    [entry] = entries()
    assert (entry.via, entry.actor_name, entry.actor, entry.address) == (
        "import_tenants",
        getpass.getuser(),
        None,
        "",
    )
    assert (entry.action, entry.after) == ("import:done", {"tenant:changed": 1})


def test_who_is_shown_a_signing_secret_is_recorded(cast, manage, entries):
    assert manage("wcs_config", "acme-1").returncode == 0
    [entry] = entries()
    assert (entry.action, entry.object_name, entry.via) == (
        "wcs_instance:secret_shown",
        "acme-1",
        "wcs_config",
    )


def test_a_sign_in_is_recorded_as_the_persons_own(cast, entries, client):
    User.objects.create_user("colleague", password="first-password-1", is_staff=True)
    client.post(reverse("admin:login"), {"username": "colleague", "password": "first-password-1"})
    entry = entries()[-1]
    assert (entry.action, entry.actor_name, entry.via) == ("user:signed_in", "colleague", "admin")
    assert (entry.object_name, entry.address) == ("colleague", "127.0.0.1")


def test_sql_by_hand_is_recorded_too(cast, entries):
    with psycopg.connect(**_parameters()) as by_hand:
        by_hand.execute("UPDATE tenants_tenant SET status = 'suspended' WHERE slug = 'globex'")
        assert entries() == []

    [entry] = entries()
    assert (entry.via, entry.actor_name, entry.object_name) == ("sql", "clickhook", "globex")


def test_rights_and_passwords_are_recorded_and_the_daily_sign_in_is_not(
    manager, cast, entries, client
):
    colleague = User.objects.create_user("colleague", password="first-password-1")
    colleague.set_password("second-password-2")
    colleague.save()
    colleague.groups.add(Group.objects.get_or_create(name="auditors")[0])
    Assignment.objects.create(user=colleague, tenant=cast.acme, may_change=True)
    client.force_login(colleague)

    found = [entry for entry in entries() if entry.action != "group:added"]
    rights = ["user:added", "user:changed", "user_groups:added", "assignment:added"]
    assert [entry.action for entry in found] == [*rights, "user:signed_in"]
    assert found[0].after["password"] == "set"
    assert (found[1].before, found[1].after) == ({"password": "set"}, {"password": "changed"})
    assert [(entry.tenant, entry.object_name) for entry in found[2:4]] == [
        (None, "colleague"),
        (cast.acme, "colleague"),
    ]


def test_no_entry_holds_a_secret(manager, cast, entries):
    cast.acme_1.rotate_signing_secret(TYPED)
    cast.acme_1.save()
    WcsInstance.objects.filter(pk=cast.globex_1.pk).update(key="another-key", signing_secret="")
    Tenant.objects.filter(slug="acme").update(name=f"Acme {cast.acme_account.password.token}")
    SipAccount.objects.all().delete()

    assert [entry.after for entry in entries()[:3]] == [
        {"signing_secret": "changed", "previous_signing_secret": "set"},
        {"key": "changed", "signing_secret": "not set"},
        {"name": "changed"},
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(entry::text, ' ') FROM tenants_auditentry entry")
        [text] = cursor.fetchone()
    for secret in (*SECRETS, TYPED, "v1.", "another-key", "key-of-acme-1", "pbkdf2"):
        assert secret not in text


def test_what_is_undone_is_not_recorded(cast, actions):
    with transaction.atomic():
        Tenant.objects.create(slug="kept", name="Kept")
        with transaction.atomic():
            Tenant.objects.filter(slug="acme").update(name="Changed")
            transaction.set_rollback(True)
    assert actions() == ["tenant:added"]
    Tenant.objects.filter(slug="kept").update(name="Kept")
    assert actions() == ["tenant:added"]


def test_a_name_cannot_break_out_of_the_statement(cast, entries):
    name = "%s */ DROP TABLE tenants_tenant; /* \"'\\ \0 ü 😀 {}"
    with acting.acting(via="admin", name=name, address="203.0.113.5"):
        Tenant.objects.filter(slug="acme").update(name="%s")

    [entry] = entries()
    assert (entry.actor_name, entry.via, entry.address) == (
        name.replace("\0", ""),
        "admin",
        "203.0.113.5",
    )


def test_what_a_row_holds_is_not_taken_for_who_acts(cast, entries):
    Tenant.objects.filter(slug="acme").update(
        name='/*clickhook {"via": "forged", "name": "forged"}*/'
    )
    assert [entry.via for entry in entries()] == ["sql"]


def test_behind_a_proxy_it_is_the_proxys_visitor(manager, cast, entries, settings):
    settings.CLICKHOOK_TRUSTED_PROXIES = 1
    manager.defaults["HTTP_X_FORWARDED_FOR"] = "198.51.100.1, 203.0.113.5"
    submit(manager, change(cast.sales), target="+49301")
    assert [entry.address for entry in entries() if entry.via == "admin"] == ["203.0.113.5"]


def _parameters():
    names = ("host", "user", "dbname")
    return {
        name: value for name, value in connection.get_connection_params().items() if name in names
    }
