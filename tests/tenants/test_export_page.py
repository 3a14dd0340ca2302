"""A filtered list is exported: by whom, with the second factor, and without a secret."""

from __future__ import annotations

import pytest

from tenants.models import AuditEntry, Domain
from tests import cast as casting
from tests.manager import assert_tells_nothing, said, signed_in, unconfirmed, upload


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.mark.parametrize("name", ["callee", "domain", "sipaccount", "tenant"])
def test_a_list_is_exported_as_it_is_filtered_and_imports_again(acme_manager, cast, name):
    listed = acme_manager.get(
        f"/admin/tenants/{name}/?tenant=acme" if name != "tenant" else "/admin/tenants/tenant/"
    )
    url = listed.context["export_url"]
    answer = acme_manager.get(url)

    assert answer["Content-Disposition"].startswith("attachment; filename=")
    text = answer.content.decode()
    assert "acme" in text
    assert "globex" not in acme_manager.get(f"/admin/tenants/{name}/export/").content.decode()
    assert_tells_nothing(text)
    table = {
        "callee": "callees",
        "domain": "domains",
        "sipaccount": "sip_accounts",
        "tenant": "tenants",
    }[name]
    assert "nothing to change" in said(upload(acme_manager, answer.content, table))
    assert AuditEntry.objects.filter(action="export:downloaded").count() == 2


def test_an_export_asks_for_the_code_and_for_the_right(acme_manager, cast):
    unconfirmed(acme_manager)

    assert acme_manager.get("/admin/tenants/callee/export/").status_code == 302
    assert not AuditEntry.objects.filter(action="export:downloaded").exists()
    assert signed_in("nobody").get("/admin/tenants/callee/export/").status_code == 403
    assert Domain.objects.count() == 3
