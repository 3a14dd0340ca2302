"""The admin of tenants: whatever the tables refuse is said on the page."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.forms import modelform_factory
from django.utils import timezone

from hooks.models import Session
from tenants.admin.domain import DomainForm
from tenants.admin.versioned_form import version_of
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsNode
from tests import cast as casting
from tests.manager import change, errors_of, row, signed_in, submit, url


@pytest.fixture
def cast(db):
    return casting.assemble()


def session_of(cast, **more):
    return Session.objects.create(
        tenant=cast.acme,
        instance=cast.acme_1,
        wcs_session_id="s-1",
        node_id="n",
        opened_at=timezone.now(),
        **more,
    )


@pytest.mark.parametrize(
    ("origin", "subdomains", "sentence"),
    [
        ("https://globex.example:8443", None, "belongs to another tenant"),
        ("HTTPS://Globex.example:8443", None, "belongs to another tenant"),
        ("https://example:8443", "on", "Only a host name with a dot"),
        ("https://www.globex.example", "on", "belongs to another tenant"),
        ("ftp://x.example", None, "An origin is a scheme"),
        ("https://x.example\0", None, "Null characters"),
        ("", None, "required"),
    ],
)
def test_it_refuses_an_origin_on_its_field(cast, origin, subdomains, sentence):
    """The form that all three pages use, for a new domain and for a stored one."""
    cast.globex.domains.create(origin="https://shop.www.globex.example")
    typed = {"tenant": cast.acme.pk, "origin": origin} | (
        {"include_subdomains": subdomains} if subdomains else {}
    )

    for stored in (Domain(), cast.acme.domains.first()):
        data = typed | {"version": version_of(stored) if stored.pk else ""}
        form = modelform_factory(Domain, form=DomainForm)(data, instance=stored)
        assert sentence in str(form.errors)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("origin", "subdomains", "sentence"),
    [
        ("https://www.globex.example", "on", "belongs to another tenant"),
        ("https://x.example\0", None, "Null characters"),
    ],
)
def test_every_page_refuses_an_origin_on_its_field(manager, cast, origin, subdomains, sentence):
    cast.globex.domains.create(origin="https://shop.www.globex.example")
    typed = {"origin": origin, "include_subdomains": subdomains}
    new_row = row("domains", 2, **typed, default_callee="")
    answers = [
        submit(manager, change(cast.acme), **new_row),
        submit(manager, url(Domain, "add"), tenant=cast.acme.pk, **typed),
        submit(manager, change(cast.acme.domains.first()), **typed),
    ]

    for answer in answers:
        assert answer.status_code == 200
        assert sentence in errors_of(answer)
    assert cast.acme.domains.count() == 2


@pytest.mark.proof
def test_it_refuses_two_rows_of_one_page_that_exclude_each_other(manager, cast):
    twice = row("domains", 2, origin="https://new.example", default_callee="")
    twice |= row("domains", 3, origin="HTTPS://NEW.example:443", default_callee="")
    assert "duplicate data for origin" in errors_of(submit(manager, change(cast.acme), **twice))
    again = row("domains", 2, origin="https://www.acme.example", default_callee="")
    assert "This tenant has this origin already" in errors_of(
        submit(manager, change(cast.acme), **again)
    )

    twice = row("callees", 2, alias="new", target="1") | row("callees", 3, alias="new", target="2")
    assert "duplicate data" in errors_of(submit(manager, change(cast.acme), **twice))

    twice = row("callees", 2, alias="new", target="1", default="on")
    assert "Only one callee can be the default" in errors_of(
        submit(manager, change(cast.acme), **twice)
    )

    account = {"login": "7", "domain": "sip.acme.example", "port": "5060", "password": "x"}
    twice = row("sip_accounts", 1, **account) | row("sip_accounts", 2, **account)
    assert "duplicate data" in errors_of(submit(manager, change(cast.acme), **twice))


@pytest.mark.proof
def test_overlapping_domains_of_one_tenant_are_fine(manager, cast):
    new = row(
        "domains", 2, origin="https://new.example", include_subdomains="on", default_callee=""
    )
    new |= row("domains", 3, origin="https://www.new.example", default_callee="")
    submit(manager, change(cast.acme), **new)
    submit(
        manager,
        change(cast.acme),
        **row("domains", 4, origin="https://a.new.example", default_callee=cast.sales.pk),
    )
    assert cast.acme.domains.filter(origin__endswith="new.example").count() == 3


@pytest.mark.proof
@pytest.mark.parametrize("is_inline", [True, False])
def test_it_refuses_what_the_tenant_has_already(manager, cast, is_inline):
    def typed(prefix, index, one, **values):
        if is_inline:
            return errors_of(submit(manager, change(cast.acme), **row(prefix, index, **values)))
        return errors_of(submit(manager, change(one), **values))

    assert "callee of that alias already" in typed(
        "callees", 2, cast.support, alias="sales", target="1"
    )
    if not is_inline:
        assert "default callee already" in typed("callees", 2, cast.support, default="on")
    other = cast.acme.sip_accounts.create(login="5", domain="sip.acme.example", password="x")
    again = {"login": "10001", "domain": "sip.acme.example", "port": "5060", "password": "y"}
    assert "that login at that SIP domain already" in typed("sip_accounts", 2, other, **again)


@pytest.mark.proof
def test_the_default_moves_from_one_callee_to_another_in_one_go(manager, cast):
    submit(manager, change(cast.acme), **{"callees-0-default": None, "callees-1-default": "on"})
    assert Callee.objects.get(tenant=cast.acme, default=True) == cast.support
    submit(manager, change(cast.acme), **{"callees-0-default": "on", "callees-1-default": None})
    assert Callee.objects.get(tenant=cast.acme, default=True) == cast.sales
    submit(manager, change(cast.acme), **{"callees-0-DELETE": "on", "callees-1-default": "on"})
    assert Callee.objects.get(tenant=cast.acme) == cast.support


def test_a_new_tenant_comes_with_what_it_owns(manager, cast):
    page = {"slug": "initech", "name": "Initech", "status": "active"}
    page |= row("domains", 0, origin="https://initech.example", default_callee="") | row(
        "callees", 0, alias="a", target="1"
    )
    page |= row("sip_accounts", 0, login="1", domain="sip.example", port="5060", password="päss")
    page |= row("WcsInstance_tenants", 0, wcsinstance=cast.shared_1.pk)
    submit(manager, url(Tenant, "add"), **page)

    tenant = Tenant.objects.get(slug="initech")
    assert (tenant.domains.count(), tenant.callees.count()) == (1, 1)
    assert tenant.sip_accounts.get().password.reveal() == "päss"
    assert list(tenant.wcs_instances.all()) == [cast.shared_1]


@pytest.mark.parametrize("posted", ["x", "a\0b", "9" * 30])
def test_a_tenant_that_is_no_id_is_refused_on_its_field(cast, posted):
    mary = signed_in("manager", cast.acme)
    for model in (Callee, SipAccount):
        page = mary.post(url(model, "add"), {"tenant": posted})
        assert "tenant" in page.context["adminform"].form.errors
    owner = signed_in("administrator")
    assert submit(owner, change(cast.acme_1), tenants=[posted]).context["errors"]


@pytest.mark.proof
def test_the_tenant_of_a_row_stays(manager, cast):
    for one in (cast.acme_account, cast.sales, cast.acme.domains.first()):
        assert 'name="tenant"' not in manager.get(change(one)).content.decode()
        submit(manager, change(one), tenant=cast.globex.pk)
        one.refresh_from_db()
        assert one.tenant == cast.acme


@pytest.mark.proof
def test_a_domain_is_offered_its_tenants_callees_only(manager, cast):
    domain, theirs = cast.acme.domains.first(), cast.globex.callees.get()
    for page, name in (
        (change(domain), "default_callee"),
        (change(cast.acme), "domains-0-default_callee"),
    ):
        html = manager.get(page).content.decode()
        assert f'<option value="{cast.sales.pk}">sales' in html
        assert "frontdesk" not in html
        assert "not one of the available choices" in errors_of(
            submit(manager, page, **{name: theirs.pk})
        )
    assert "default_callee" not in manager.get(url(Domain, "add")).content.decode()
    submit(manager, change(domain), default_callee=cast.sales.pk)
    domain.refresh_from_db()
    assert domain.default_callee == cast.sales


def test_the_loser_of_a_race_reads_why(manager, cast, monkeypatch):
    """The other one commits after this form was found valid."""
    full_clean, tries = Domain.full_clean, []

    def too_early(domain, *args, **kwargs):
        tries.append(domain)
        return None if len(tries) == 1 else full_clean(domain, *args, **kwargs)

    monkeypatch.setattr(Domain, "full_clean", too_early)
    monkeypatch.setattr(Domain, "validate_unique", lambda *args, **kwargs: None)
    cast.globex.domains.create(origin="https://raced.example", include_subdomains=True)
    answer = submit(
        manager, url(Domain, "add"), tenant=cast.acme.pk, origin="https://www.raced.example"
    )
    assert answer.status_code == 200
    assert "belongs to another tenant" in errors_of(answer)
    assert 'value="https://www.raced.example"' in answer.content.decode()


@pytest.mark.proof
def test_a_conflict_that_no_check_foresees_is_no_fault(manager, cast, monkeypatch):
    monkeypatch.setattr(Domain, "clean", lambda domain: None)
    answer = submit(
        manager, url(Domain, "add"), tenant=cast.globex.pk, origin="https://a.shops.acme.example"
    )
    assert answer.status_code == 200
    assert "Nothing was saved" in answer.content.decode()
    # A domain's default callee that goes with the same submit.
    page = {"domains-0-default_callee": cast.support.pk, "callees-1-DELETE": "on"}
    assert submit(manager, change(cast.acme), **page).status_code == 200


def test_whoever_has_sessions_is_not_deleted(manager, cast):
    session_of(cast)
    for one in (cast.acme, cast.acme_1):
        for answer in (
            manager.get(url(one, "delete", one.pk)),
            manager.post(url(one, "delete", one.pk), {"post": "yes"}),
            manager.post(
                url(one), {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"}
            ),
        ):
            assert answer.status_code == 200
            assert "session s-1" in answer.content.decode()
        assert type(one).objects.filter(pk=one.pk).exists()


def test_a_session_that_begins_while_its_tenant_is_deleted_keeps_it(manager, cast, monkeypatch):
    session_of(cast)
    monkeypatch.setattr("tenants.admin.conflicts.CarefulAdmin._protected", lambda *args: [])
    monkeypatch.setattr(
        "django.contrib.admin.options.get_deleted_objects", lambda *args: ([], {}, set(), [])
    )
    answer = manager.post(url(Tenant, "delete", cast.acme.pk), {"post": "yes"}, follow=True)
    assert answer.status_code == 200
    assert "Nothing was deleted" in "".join(
        message.message for message in get_messages(answer.wsgi_request)
    )
    page = {"action": "delete_selected", "_selected_action": [cast.acme.pk], "post": "yes"}
    assert manager.post(url(Tenant), page, follow=True).status_code == 200
    assert Tenant.objects.filter(pk=cast.acme.pk).exists()


def test_whoever_has_none_is_deleted(manager, cast):
    for one in (
        cast.globex,
        cast.globex_1,
        cast.acme_account,
        cast.support,
        cast.acme.domains.first(),
    ):
        assert manager.post(url(one, "delete", one.pk), {"post": "yes"}).status_code == 302
        assert not type(one).objects.filter(pk=one.pk).exists()


@pytest.mark.proof
def test_a_suspended_tenant_is_shown_as_one(manager, cast):
    submit(manager, change(cast.acme), status="suspended")
    for page in (url(Tenant), change(cast.acme)):
        html = manager.get(page).content.decode()
        assert html.count('<strong class="alarm">SUSPENDED') == 1


def test_a_node_can_be_forgotten_but_not_changed(manager, cast):
    node = WcsNode.objects.create(
        instance=cast.acme_1, node_id="node-1", first_seen_at=timezone.now()
    )
    assert "node-1" in manager.get(change(cast.acme_1)).content.decode()
    assert manager.post(change(node), {"node_id": "another"}).status_code == 403
    submit(manager, change(cast.acme_1), app_key="c2c")
    assert WcsNode.objects.get().node_id == "node-1"
    assert manager.post(url(node, "delete", node.pk), {"post": "yes"}).status_code == 302
