"""Origins that every mobile app has: several customers', each at WCS instances of their own."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from hooks.models import Event, Session
from hooks.wcs.kill_switch.targets import UnknownTarget, find_target
from tenants.models import AuditEntry, Domain, Tenant, WcsInstance, served_apps
from tenants.models.domain import UNAVAILABLE
from tests.cast import ACME_PASSWORD, GLOBEX_PASSWORD
from tests.hooks.test_new_customer import CUSTOMER, PAGE
from tests.hooks.unsafe_backend import rehearse
from tests.manager import change, errors_of, row, said, signed_in, submit, upload, url

APPS = ["capacitor://localhost", "ionic://localhost", "https://localhost", "http://localhost"]
APP = APPS[0]
SENTENCE = (
    f"Every mobile app has the origin {APP}, so the WCS instance {{}} could not tell the apps of "
    "{} and {} apart: serve one of these customers by another instance."
)
AT_SHARED_1 = SENTENCE.format("shared-1", "acme", "globex")


@pytest.fixture
def both(cast):
    """Acme and Globex have apps, and no WCS instance together."""
    cast.shared_1.tenants.remove(cast.acme)
    for tenant in (cast.acme, cast.globex):
        tenant.domains.create(origin=APP)
    return cast


@pytest.fixture
def pair(both):
    """As two people would leave it who save at the same moment."""
    both.shared_1.tenants.add(both.acme)
    return both


@pytest.mark.parametrize("origin", APPS)
def test_each_app_gets_the_account_of_its_customer(acme, globex, cast, origin):
    cast.shared_1.tenants.remove(cast.acme)
    for tenant in (cast.acme, cast.globex):
        domain = Domain(tenant=tenant, origin=origin)
        domain.full_clean()
        domain.save()

    for wcs, login, password in (
        (acme, "10001", ACME_PASSWORD),
        (globex, "20001", GLOBEX_PASSWORD),
    ):
        answer = wcs.post("connect", origin=origin).json
        assert (answer["sipLogin"], answer["sipPassword"]) == (login, password)
    sessions = Session.objects.order_by("opened_at").values_list("tenant__slug", "domain__tenant")
    assert list(sessions) == [("acme", cast.acme.pk), ("globex", cast.globex.pk)]


def test_an_app_calls_its_customers_callee(globex, both):
    assert globex.post("connect", origin=APP).status == 200
    assert globex.post("call", callee=None).json["callee"] == "20002"


def test_a_shared_instance_serves_one_of_them(shared, cast):
    domain = Domain(tenant=cast.acme, origin=APP)
    domain.full_clean()
    domain.save()
    assert shared.post("connect", origin=APP).json["sipLogin"] == "10001"
    # Nobody else's origin changes by that.
    answer = shared.post("connect", sessionId="2", origin="https://globex.example:8443")
    assert answer.json["sipLogin"] == "20001"


def test_where_two_are_served_nobody_is_connected(shared, acme, pair):
    assert shared.post("connect", origin=APP).is_neutral_refusal
    assert Event.objects.latest("id").reason == "origin_unknown"
    assert not Session.objects.exists()
    assert acme.post("connect", origin=APP).status == 200


def test_the_instance_of_another_serves_no_app(globex, cast):
    cast.acme.domains.create(origin=APP)
    assert globex.post("connect", origin=APP).is_neutral_refusal
    assert Event.objects.latest("id").reason == "origin_unknown"


def test_a_host_with_its_final_dot_is_the_same(acme):
    assert acme.post("connect", origin="https://www.acme.example.").status == 200


@pytest.mark.parametrize("origin", ["capacitor://app.acme.example", "http://localhost:3000"])
def test_an_origin_of_its_own_is_one_customers(cast, origin):
    cast.globex.domains.create(origin=origin)
    with pytest.raises(Exception, match="belongs to another tenant"):
        Domain(tenant=cast.acme, origin=origin).full_clean()
    with pytest.raises(Exception, match="domain_of_one_tenant"):
        cast.acme.domains.create(origin=origin)


@pytest.mark.proof
def test_a_domain_is_refused_where_the_instance_serves_another_app(manager, cast):
    cast.globex.domains.create(origin=APP)
    acme_manager = signed_in("manager", cast.acme)
    inline = row("domains", 2, origin=APP, default_callee="")

    for browser, sentence in ((manager, AT_SHARED_1), (acme_manager, UNAVAILABLE)):
        for answer in (
            submit(browser, url(Domain, "add"), tenant=cast.acme.pk, origin=APP),
            submit(browser, change(cast.acme), **inline),
        ):
            assert sentence in errors_of(answer)
            assert ("globex" in errors_of(answer)) == (browser is manager)
        page = upload(browser, f"tenant,origin\nacme,{APP}\n", "domains").content.decode()
        assert sentence in page
    assert Domain.objects.filter(origin=APP).count() == 1


def test_the_same_app_twice_is_a_repetition(manager, cast):
    cast.acme.domains.create(origin=APP)
    answer = submit(
        manager, url(Domain, "add"), tenant=cast.acme.pk, origin="Capacitor://localhost"
    )
    assert "This tenant has this origin already." in errors_of(answer)


@pytest.mark.proof
def test_an_instance_takes_no_second_tenant_with_the_app(manager, both):
    tenants = [both.globex.pk, both.acme.pk]
    answer = submit(manager, change(both.shared_1), tenants=tenants)
    assert AT_SHARED_1 in errors_of(answer)

    through = "WcsInstance_tenants"
    answer = submit(manager, change(both.acme), **row(through, 1, wcsinstance=both.shared_1.pk))
    assert said(answer) == f"Nothing was saved. {AT_SHARED_1}"
    assert list(both.shared_1.tenants.all()) == [both.globex]


@pytest.mark.proof
def test_domain_and_instance_on_one_page_are_looked_at_together(manager, cast):
    cast.shared_1.tenants.remove(cast.acme)
    cast.globex.domains.create(origin=APP)
    new = row("domains", 2, origin=APP, default_callee="")
    new |= row("WcsInstance_tenants", 1, wcsinstance=cast.shared_1.pk)

    assert AT_SHARED_1 in said(submit(manager, change(cast.acme), **new))
    assert not cast.acme.domains.filter(origin=APP).exists()
    assert list(cast.shared_1.tenants.all()) == [cast.globex]


def test_a_new_customer_is_looked_at_with_their_instance(manager, both):
    typed = CUSTOMER | {"origin": APP}
    refused = submit(manager, PAGE, **typed, instance=str(both.acme_1.pk))
    sentence = SENTENCE.format("acme-1", "initech", "acme")
    assert refused.context["form"].errors == {"instance": [sentence]}
    assert not Tenant.objects.filter(slug="initech").exists()

    submit(manager, PAGE, **typed)
    assert Tenant.objects.get(slug="initech").domains.get().origin == APP


@pytest.mark.proof
def test_an_instance_with_an_app_serves_a_bounded_number(manager, cast, monkeypatch):
    monkeypatch.setattr(served_apps, "MOST_SERVED", 1)
    crowd = "customers if one of them has an origin that every mobile app has"
    answer = submit(manager, url(Domain, "add"), tenant=cast.acme.pk, origin=APP)
    assert crowd in errors_of(answer)

    cast.globex.domains.create(origin=APP)
    new = row("WcsInstance_tenants", 1, wcsinstance=cast.globex_1.pk)
    assert crowd in said(submit(manager, change(cast.acme), **new))
    both = [cast.acme.pk, cast.globex.pk]
    assert crowd in errors_of(submit(manager, change(cast.globex_1), tenants=both))
    assert cast.globex_1.tenants.count() == 1


@pytest.mark.proof
def test_a_stored_pair_is_told_and_does_not_close_the_pages(manager, pair):
    acme_manager = signed_in("manager", pair.acme)
    overview = url(pair.acme, "overview", pair.acme.pk)
    assert f"{APP}: {AT_SHARED_1}" in manager.get(overview).content.decode()
    told = acme_manager.get(overview).content.decode()
    assert f"{APP}: {UNAVAILABLE}" in told
    assert "globex" not in told

    assert errors_of_saved(submit(manager, change(pair.acme.domains.get(origin=APP)))) == ""
    submit(manager, change(pair.acme), name="Acme plc")
    submit(manager, change(pair.shared_1), app_key="acmeApp")
    assert Tenant.objects.get(slug="acme").name == "Acme plc"
    assert WcsInstance.objects.get(name="shared-1").app_key == "acmeApp"


def errors_of_saved(answer) -> str:
    return errors_of(answer) if answer.context and "adminform" in answer.context else ""


def test_a_public_suffix_is_told_on_the_tenants_page(manager, cast):
    cast.acme.domains.create(origin="https://co.uk")
    page = manager.get(url(cast.acme, "overview", cast.acme.pk)).content.decode()
    assert "https://co.uk: co.uk is a public suffix" in page


def test_the_kill_switch_asks_whose_app_is_meant(both):
    with pytest.raises(UnknownTarget, match=f"Several tenants have '{APP}'"):
        find_target("domain", APP)

    target = find_target("domain", f"globex/{APP}")
    domain = both.globex.domains.get(origin=APP)
    assert (target.key, target.name) == (f"domain {domain.pk}", f"domain globex/{APP}")
    with pytest.raises(UnknownTarget, match="There is no domain"):
        find_target("domain", f"initech/{APP}")


def test_the_proof_of_every_apps_domain_is_looked_for(both):
    with pytest.raises(CommandError, match="2 of 2 domains are not proved"):
        call_command("prove_domains", "--domain", APP)


def test_an_app_is_rehearsed_as_its_customers(both, gateway):
    """With a ticket, which is of one tenant."""
    Tenant.objects.update(tickets="required")
    run = rehearse(gateway.port, instance="globex-1", origin=APP)
    assert (run.code, run.findings) == (0, [])


def test_the_audit_tells_them_apart(both):
    entries = AuditEntry.objects.filter(action="domain:added", object_name=APP)
    assert sorted(entries.values_list("tenant_slug", flat=True)) == ["acme", "globex"]
