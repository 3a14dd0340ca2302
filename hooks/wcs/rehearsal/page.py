"""What our database says of the page: its tenant's tickets, and whether its callee wants tones."""

from __future__ import annotations

from dataclasses import dataclass

from tenants.models import Callee, Domain, WcsInstance
from tenants.origins import EVERY_APPS, parse


@dataclass(frozen=True, slots=True)
class Page:
    public_key: str  # of its tenant
    tickets: str  # off, preferred or required
    has_keypad: bool

    @property
    def gets_tickets(self) -> bool:
        return self.tickets != "off"


def find_page(instance: WcsInstance, origin: str, alias: str | None) -> Page | None:
    """None where no domain covers the origin, or several tenants' apps have it."""
    domain = _find_app(instance, origin) if origin in EVERY_APPS else _find_domain(origin)
    if domain is None:
        return None
    callee = _find_callee(domain, alias)
    tenant = domain.tenant
    return Page(str(tenant.public_key), tenant.tickets, bool(callee and callee.keypad))


def _find_app(instance: WcsInstance, origin: str) -> Domain | None:
    served = Domain.objects.filter(origin=origin, tenant__wcs_instances=instance)
    domains = list(served.select_related("tenant", "default_callee")[:2])
    return domains[0] if len(domains) == 1 else None


def _find_domain(origin: str) -> Domain | None:
    """The nearest one."""
    covering = [origin, *map(str, parse(origin).parents())]
    domains = Domain.objects.filter(origin__in=covering).select_related("tenant", "default_callee")
    fitting = [one for one in domains if one.origin == origin or one.include_subdomains]
    return max(fitting, key=lambda domain: len(domain.origin), default=None)


def _find_callee(domain: Domain, alias: str | None) -> Callee | None:
    callees = domain.tenant.callees
    if alias:
        return callees.filter(alias=alias).first()
    return domain.default_callee or callees.filter(default=True).first()
