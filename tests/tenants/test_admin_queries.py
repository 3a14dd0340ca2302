"""A page stays within its limits: values of a form, and queries for many rows."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hooks.models import Call, Event
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance, WcsNode
from tests import cast as casting
from tests.manager import change, signed_in, submit, url


@pytest.fixture
def cast(db):
    return casting.assemble()


@pytest.mark.proof
def test_a_page_holds_no_more_rows_than_a_form_takes(manager, cast):
    Domain.objects.bulk_create(
        Domain(tenant=cast.acme, origin=f"https://d{number}.example") for number in range(200)
    )
    html = manager.get(change(cast.acme)).content.decode()
    assert 'id="domains-group"' not in html
    assert f'<a href="{url(Domain)}?tenant=acme">202 domains</a>' in html
    submit(manager, change(cast.acme), name="Big Ltd", **{"callees-0-target": "77"})
    cast.sales.refresh_from_db()
    assert (cast.sales.target, cast.acme.domains.count()) == ("77", 202)

    Tenant.objects.bulk_create(Tenant(slug=f"t-{number}", name="t") for number in range(501))
    cast.shared_1.tenants.set(Tenant.objects.all())
    assert "503 of them" in manager.get(change(cast.shared_1)).content.decode()
    submit(manager, change(cast.shared_1), app_key="c2c")
    assert cast.shared_1.tenants.count() == 503


def queries_of(manager, page):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert manager.get(page).status_code == 200
    return len(captured)


@pytest.mark.parametrize("model", [Tenant, Domain, Callee, SipAccount, WcsInstance, WcsNode])
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(manager, cast, model):
    few = queries_of(manager, url(model))
    for number in range(20):
        tenant = Tenant.objects.create(slug=f"t{number}", name="t")
        callee = tenant.callees.create(alias="a", target="1")
        tenant.domains.create(origin=f"https://t{number}.example", default_callee=callee)
        tenant.sip_accounts.create(login="1", domain="sip.example", password="x")
        instance = WcsInstance.objects.create(name=f"i{number}", signing_secret="x")
        instance.tenants.add(tenant)
        instance.nodes.create(node_id="n", first_seen_at=timezone.now())
    assert queries_of(manager, url(model)) == few
    assert queries_of(manager, url(model) + "?q=t1") <= few + 1


@pytest.mark.proof
def test_a_tenants_page_takes_as_many_queries_for_many_rows_as_for_few(manager, cast):
    few = queries_of(manager, change(cast.acme))
    for number in range(20):
        cast.acme.callees.create(alias=f"a{number}", target="1")
        cast.acme.domains.create(origin=f"https://t{number}.example")
    assert queries_of(manager, change(cast.acme)) == few


READS_SCOPE = re.compile(r'^SELECT .* FROM "(tenants_assignment|auth_group)"')
PAGES = {
    "start": "/admin/",
    "live": "/admin/hooks/call/live/",
    "charts": "/admin/hooks/call/charts/",
    "calls": url(Call),
    "events": url(Event),
    "tenants": url(Tenant),
    "domain": url(Domain, "add"),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("role", "queries"), [("manager", 2), ("auditor", 1)])
def test_a_page_reads_once_what_its_person_may_see(cast, role, queries, page):
    """A manager's groups and assignments; an auditor's groups alone."""
    person = signed_in(role, *([cast.acme, cast.globex] if role == "manager" else []))
    with CaptureQueriesContext(connection) as captured:
        assert person.get(PAGES[page]).status_code in (200, 403)
    read = [query["sql"] for query in captured if READS_SCOPE.match(query["sql"])]
    assert len(read) == queries, "\n".join(read)


def test_a_right_that_was_taken_away_is_gone_at_the_next_click(cast):
    person = signed_in("manager", cast.acme)
    assert person.get(change(cast.acme)).status_code == 200
    person.user.assignments.all().delete()
    assert person.get(change(cast.acme)).status_code == 403
