"""Who appears in the tests."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tests.cast_secrets import (
    ACME_PASSWORD,
    ACME_SIGNING,
    GLOBEX_PASSWORD,
    GLOBEX_SIGNING,
    SECRETS,
    SHARED_SIGNING,
)

__all__ = [
    "ACME_PASSWORD",
    "ACME_SIGNING",
    "GLOBEX_PASSWORD",
    "GLOBEX_SIGNING",
    "SECRETS",
    "SHARED_SIGNING",
    "Cast",
    "assemble",
]


@dataclass(frozen=True)
class Cast:
    acme: Tenant  # the customer
    globex: Tenant  # another customer, who must have nothing of Acme's
    acme_1: WcsInstance  # Acme's own WCS
    globex_1: WcsInstance  # Globex's own WCS
    shared_1: WcsInstance  # a WCS for both
    acme_account: SipAccount
    sales: Callee  # Acme's default callee
    support: Callee


@transaction.atomic  # a third quicker than a transaction for each row
def assemble() -> Cast:
    # Without limits: tests of limits set their own.
    acme = Tenant.objects.create(slug="acme", name="Acme Ltd", country="DE", limits={})
    globex = Tenant.objects.create(slug="globex", name="Globex Corp", country="DE", limits={})
    sales = Callee.objects.create(tenant=acme, alias="sales", target="+4930123456", default=True)
    support = Callee.objects.create(
        tenant=acme, alias="support", target="sip:help@pbx.acme.example"
    )
    Callee.objects.create(tenant=globex, alias="frontdesk", target="20002", default=True)
    Domain.objects.create(tenant=acme, origin="https://www.acme.example")
    Domain.objects.create(
        tenant=acme,
        origin="https://shops.acme.example",
        include_subdomains=True,
        default_callee=support,
    )
    Domain.objects.create(tenant=globex, origin="https://globex.example:8443")
    account = SipAccount.objects.create(
        tenant=acme,
        login="10001",
        authentication_name="auth-10001",
        password=ACME_PASSWORD,
        domain="sip.acme.example",
        outbound_proxy="203.0.113.5",
        port=5070,
        internal_rate="0.00",
    )
    SipAccount.objects.create(
        tenant=globex,
        login="20001",
        password=GLOBEX_PASSWORD,
        domain="sip.globex.example",
        internal_rate="0.00",
    )
    return Cast(
        acme=acme,
        globex=globex,
        acme_1=_instance("acme-1", ACME_SIGNING, acme),
        globex_1=_instance("globex-1", GLOBEX_SIGNING, globex),
        shared_1=_instance("shared-1", SHARED_SIGNING, acme, globex),
        acme_account=account,
        sales=sales,
        support=support,
    )


def _instance(name: str, secret: str, *tenants: Tenant) -> WcsInstance:
    instance = WcsInstance.objects.create(name=name, key=f"key-of-{name}", signing_secret=secret)
    instance.tenants.add(*tenants)
    return instance
