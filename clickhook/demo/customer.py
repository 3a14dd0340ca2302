"""The demo's customer: a page, a SIP account, two phones and a media server. The secrets are made anew for every run."""

from __future__ import annotations

import secrets

from django.db import transaction

from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance

SIP_DOMAIN = "sip.demo.example"
CALLER = "10001"
PHONES = {
    "sales": "10002",
    "support": "10003",
}  # by the alias under which the page calls them; support is busy


class Customer:
    def __init__(self) -> None:
        self.signing_secret = secrets.token_urlsafe(32)
        self.passwords = {user: secrets.token_urlsafe(16) for user in (CALLER, *PHONES.values())}

    @property
    def sip_accounts(self) -> str:
        """As the SIP server reads them."""
        return "".join(
            f"{user}@{SIP_DOMAIN}:{user}:{password}\n" for user, password in self.passwords.items()
        )

    @transaction.atomic
    def prepare(self, origin: str, sip_port: int) -> str:
        """Writes it all into the gateway's rows, for a page of that origin; the key of its hook URL."""
        tenant, _ = Tenant.objects.get_or_create(slug="demo", defaults={"name": "Demo Ltd"})
        Domain.objects.get_or_create(origin=origin, defaults={"tenant": tenant})
        tenant.callees.all().delete()  # whatever became of them in the last run
        for alias, user in PHONES.items():
            Callee.objects.create(tenant=tenant, alias=alias, target=user, default=alias == "sales")
        account = SipAccount.objects.filter(tenant=tenant, login=CALLER).first() or SipAccount(
            tenant=tenant, login=CALLER
        )
        account.domain, account.outbound_proxy, account.port = SIP_DOMAIN, "127.0.0.1", sip_port
        account.password = self.passwords[CALLER]
        account.save()
        instance = WcsInstance.objects.filter(name="demo").first() or WcsInstance(name="demo")
        instance.signing_secret = self.signing_secret
        instance.save()
        instance.tenants.add(tenant)
        return instance.key
