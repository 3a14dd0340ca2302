"""The audit in the admin: readable, searchable, scoped, and nothing to change."""

from __future__ import annotations

import pytest

from tenants.audit.acting import acting
from tenants.audit.actions import Action
from tenants.audit.recording import as_one_entry, record
from tenants.models import AuditEntry, Callee, Domain, Tenant, WcsInstance
from tests import cast as casting
from tests.manager import TYPED, assert_tells_nothing, change, signed_in, submit, url

LIST = url(AuditEntry)


@pytest.fixture
def cast(transactional_db):
    return casting.assemble()


def page(client, address):
    answer = client.get(address, follow=True)
    assert answer.status_code == 200
    assert_tells_nothing(answer.content.decode())
    return answer.content.decode()


def entry_page(client, action):
    return page(client, change(AuditEntry.objects.filter(action=action).first()))


def rows(client, query=""):
    answer = client.get(f"{LIST}?{query}", follow=True)
    return [(entry.action, entry.tenant_slug) for entry in answer.context["cl"].result_list]


@pytest.mark.proof
def test_it_lists_what_was_done_newest_first(manager, cast):
    submit(manager, change(cast.acme), name="Acme plc")
    shown = page(manager, LIST)
    assert rows(manager)[0] == ("tenant:changed", "acme")
    for words in (
        "Audit, newest first",
        "Tenant changed",
        "administrator",
        "127.0.0.1",
        "SIP account added",
    ):
        assert words in shown
    assert f"{LIST}add/" not in shown


def test_it_filters_and_searches(manager, cast):
    with (
        acting(via="import_tenants", name="operator"),
        as_one_entry(Action.IMPORTED, name="acme.json"),
    ):
        Tenant.objects.update(name="Another")
    record(Action.EXPORTED, name="7")
    Tenant.objects.filter(slug="globex").delete()

    assert {slug for _, slug in rows(manager, "tenant=acme")} == {"acme"}
    assert ("tenant:removed", "globex") in rows(
        manager, "tenant=globex"
    )  # it is gone, and still found
    assert (
        rows(manager, "via=import_tenants")
        == rows(manager, "actor_name=operator")
        == [("import:done", "")]
    )
    assert rows(manager, "action=tenant:removed") == [("tenant:removed", "globex")]
    assert rows(manager, "q=acme.json") == [("import:done", "")]
    assert len(rows(manager, "q=7")) == 2  # the seventh, and the one of that name
    assert rows(manager, "q=%00&via=%00&action=x&tenant=%00") == []
    assert [
        choice for choice in ("operator", "import_tenants") if choice not in page(manager, LIST)
    ] == []


@pytest.mark.proof
def test_an_entry_tells_before_and_after_in_words(manager, cast):
    domain = Domain.objects.get(origin="https://www.acme.example")
    submit(manager, change(domain), include_subdomains="on", default_callee=str(cast.sales.pk))
    submit(manager, change(cast.acme), status="suspended")
    submit(manager, change(cast.acme_account), password=TYPED)

    shown = entry_page(manager, "domain:changed")
    assert f"default callee</th><td>-</td><td>sales ({cast.sales.pk})</td>" in shown
    assert "include subdomains</th><td>no</td><td>yes</td>" in shown
    assert (
        "status</th><td>active</td><td>suspended: every connect and call is refused</td>"
        in entry_page(manager, "tenant:changed")
    )
    assert "password</th><td>set</td><td>changed</td>" in entry_page(manager, "sip_account:changed")
    assert AuditEntry.objects.first().hash in page(manager, change(AuditEntry.objects.first()))


@pytest.mark.proof
def test_an_entry_outlives_what_it_tells_of(manager, cast):
    with acting(via="admin", name="<b>nobody</b>"):
        WcsInstance.objects.get(name="shared-1").delete()
        Callee.objects.filter(tenant=cast.globex).update(target="<script>alert(1)</script>")
        Tenant.objects.filter(slug="globex").delete()
        record(
            Action.EXPORTED,
            name="=HYPERLINK()",
            after={"columns": ["a", "b"], "of": {"no": "field"}},
        )
    for entry in AuditEntry.objects.all()[:20]:
        shown = page(manager, change(entry))
        assert "<b>nobody" not in shown
        assert "<script>alert" not in shown


@pytest.mark.parametrize("role", ["administrator", "auditor", "manager"])
def test_nobody_changes_it(cast, role):
    client = signed_in(role, cast.acme)
    entry = AuditEntry.objects.visible_to(client.user).first()
    before = list(AuditEntry.objects.values_list())
    assert page(client, change(entry))
    for answer in (
        client.post(change(entry), {"action": "nothing"}),
        client.post(url(entry, "delete", entry.pk), {"post": "yes"}),
        client.post(url(entry, "add"), {"action": "nothing"}),
    ):
        assert answer.status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": entry.pk, "post": "yes"})
    assert list(AuditEntry.objects.values_list()) == before


@pytest.mark.proof
def test_a_manager_finds_nothing_of_another_tenant(cast):
    client = signed_in("manager", cast.acme)
    with acting(via="admin", name="somebody-else"):
        Tenant.objects.filter(slug="globex").update(name="Globex plc")
    shown = page(client, LIST)
    assert {slug for _, slug in rows(client)} == {"acme"}
    assert "globex" not in shown
    assert "somebody-else" not in shown
    assert (
        rows(client, "tenant=globex")
        == rows(client, "q=globex")
        == rows(client, "actor_name=somebody-else")
        == []
    )
    for entry in AuditEntry.objects.exclude(tenant=cast.acme):
        answer = client.get(change(entry), follow=True)
        assert "exist" in answer.content.decode()
        assert entry.hash not in answer.content.decode()
