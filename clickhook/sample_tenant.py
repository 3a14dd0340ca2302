"""The tenant of a first start and of the demo, with all that a call needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance

_NAME = "demo"


@dataclass(frozen=True, slots=True)
class SampleTenant:
    origin: str
    callees: dict[str, str]  # targets by alias; the first is the default
    login: str
    sip_domain: str
    password: str = field(repr=False)
    signing_secret: str = field(repr=False)
    outbound_proxy: str = ""
    sip_port: int = 5060

    @transaction.atomic
    def prepare(self) -> WcsInstance:
        """Makes what is missing, and changes what an earlier run has left to be like this."""
        tenant, _ = Tenant.objects.get_or_create(slug=_NAME, defaults={"name": "Demo Ltd"})
        Domain.objects.get_or_create(origin=self.origin, defaults={"tenant": tenant})
        self._prepare_callees(tenant)
        self._prepare_account(tenant)
        return self._prepare_instance(tenant)

    def _prepare_callees(self, tenant: Tenant) -> None:
        tenant.callees.all().delete()  # they may have been changed since the last run
        default = next(iter(self.callees))
        for alias, target in self.callees.items():
            Callee.objects.create(
                tenant=tenant, alias=alias, target=target, default=alias == default
            )

    def _prepare_account(self, tenant: Tenant) -> None:
        earlier = SipAccount.objects.filter(tenant=tenant, login=self.login).first()
        account = earlier or SipAccount(tenant=tenant, login=self.login)
        account.domain, account.outbound_proxy = self.sip_domain, self.outbound_proxy
        account.port, account.password = self.sip_port, self.password
        account.internal_rate = Decimal()  # its callees are extensions
        account.save()

    def _prepare_instance(self, tenant: Tenant) -> WcsInstance:
        earlier = WcsInstance.objects.filter(name=_NAME).first()
        instance = earlier or WcsInstance(name=_NAME)
        instance.signing_secret = self.signing_secret
        instance.save()
        instance.tenants.add(tenant)
        return instance
