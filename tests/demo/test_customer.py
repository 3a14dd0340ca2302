"""The rows of the demo's customer, made anew for every run."""

from __future__ import annotations

from clickhook.demo.customer import Customer
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance

ORIGIN = "http://localhost:8080"


def test_a_second_run_finds_the_customer_and_brings_new_secrets(transactional_db):
    first, second = Customer(), Customer()
    key = first.prepare(ORIGIN, sip_port=5071)
    Callee.objects.filter(alias="sales").update(target="10009")

    assert second.prepare(ORIGIN, sip_port=5072) == key

    tenant = Tenant.objects.get()
    assert Domain.objects.get().origin == ORIGIN
    assert set(tenant.callees.values_list("alias", "target", "default")) == {
        ("sales", "10002", True),
        ("support", "10003", False),
    }
    account, instance = SipAccount.objects.get(), WcsInstance.objects.get()
    assert (account.login, account.outbound_proxy, account.port) == ("10001", "127.0.0.1", 5072)
    assert account.password.reveal() == second.passwords["10001"]
    assert instance.signing_secret.reveal() == second.signing_secret
    assert list(instance.tenants.all()) == [tenant]
