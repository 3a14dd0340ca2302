"""The page for a new customer: one form, and the tenant with all it needs, or nothing."""

from __future__ import annotations

from html import unescape

import pytest

from tenants.models import AuditEntry, Domain, Tenant
from tests.manager import TYPED, assert_tells_nothing, signed_in, submit

PAGE = "/admin/tenants/tenant/new-customer/"
CUSTOMER = {
    "name": "Initech",
    "slug": "initech",
    "country": "DE",
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "origin": "https://www.initech.example",
    "alias": "sales",
    "number": "+4930777",
    "login": "10009",
    "password": TYPED,
    "sip_domain": "sip.initech.example",
    "internal_rate": "0",
}


def test_one_form_makes_all_that_a_first_call_needs(manager, cast):
    answer = submit(manager, PAGE, **CUSTOMER, instance=str(cast.acme_1.pk))
    tenant = Tenant.objects.get(slug="initech")
    assert answer.redirect_chain[0][0] == f"/admin/tenants/tenant/{tenant.pk}/overview/"
    assert [domain.origin for domain in tenant.domains.all()] == ["https://www.initech.example"]
    callee = tenant.callees.get()
    assert (callee.alias, callee.target, callee.default) == ("sales", "+4930777", True)
    assert (tenant.country, tenant.time_zone, callee.number) == ("DE", "Europe/Berlin", "4930777")
    account = tenant.sip_accounts.get()
    assert account.internal_rate == 0
    assert (account.login, account.domain, account.port) == ("10009", "sip.initech.example", 5060)
    assert account.password.matches(TYPED)
    assert list(tenant.wcs_instances.all()) == [cast.acme_1]

    html = answer.content.decode()
    assert "Make a test call" in html
    assert "none covers +4930777 (sales), so the call is refused" in unescape(html)
    tenant.rates.create(prefix="4930", per_minute=1, currency="EUR")
    assert "is refused while money" not in manager.get(answer.redirect_chain[0][0]).content.decode()
    assert_tells_nothing(html)
    assert AuditEntry.objects.filter(tenant_slug="initech").exists()


def test_an_extension_without_a_price_is_still_missing(manager, cast):
    answer = submit(manager, PAGE, **(CUSTOMER | {"number": "10002", "internal_rate": ""}))
    html = unescape(answer.content.decode())
    assert "Enter the internal rate of 10009@sip.initech.example, 0 if it costs nothing" in html
    assert "#sip_accounts-group" in html


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("slug", "acme", "already exists"),
        ("origin", "https://www.acme.example", ""),
        ("origin", "not an origin", ""),
        ("country", "XX", ""),
        ("currency", "euro", ""),
        ("time_zone", "Middle/Earth", ""),
        ("internal_rate", "-1", ""),
        ("number", "", "This field is required."),
        ("password", "", "This field is required."),
        ("sip_domain", "bad domain!", ""),
    ],
)
def test_a_mistake_is_named_at_its_field_and_nothing_is_made(manager, cast, field, typed, said):
    before = Tenant.objects.count(), Domain.objects.count()
    answer = submit(manager, PAGE, **(CUSTOMER | {field: typed}))
    assert answer.status_code == 200
    errors = answer.context["form"].errors
    assert list(errors) == [field]
    assert said in str(errors[field])
    assert TYPED not in answer.content.decode()
    assert (Tenant.objects.count(), Domain.objects.count()) == before


@pytest.mark.proof
def test_a_manager_gets_the_customer_and_may_choose_their_instances_only(cast):
    manager = signed_in("manager", cast.globex)
    assert "acme-1" not in manager.get(PAGE).content.decode()
    refused = submit(manager, PAGE, **CUSTOMER, instance=str(cast.acme_1.pk))
    assert list(refused.context["form"].errors) == ["instance"]

    assert submit(manager, PAGE, **CUSTOMER, instance=str(cast.globex_1.pk)).status_code == 200
    tenant = Tenant.objects.get(slug="initech")
    assert [one.user for one in tenant.assignments.all()] == [manager.user]
    assert manager.get(f"/admin/tenants/tenant/{tenant.pk}/overview/").status_code == 200


def test_an_auditor_adds_nobody(cast):
    assert signed_in("auditor").get(PAGE).status_code == 403
