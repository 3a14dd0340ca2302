"""What can be switched off: from the words of people to a key, its tenants and its calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from hooks.models import Call, Stream
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance
from tenants.origins import EVERY_APPS, BadOrigin, parse


class UnknownTarget(Exception):
    """There is no such thing; the message says so, and how it is named."""


@dataclass(frozen=True, slots=True)
class Target:
    key: str
    name: str
    calls: Q  # of hooks.models.Call
    tenants: QuerySet[Tenant]  # whose calls are concerned
    owner: Tenant | None = None  # None: only administrators may switch it
    has_streams: bool = True  # what is said of its calls holds for streams too

    @property
    def living_streams(self) -> QuerySet[Stream]:
        streams = Stream.objects.filter(ended_at=None, decision="allowed")
        return streams.filter(self.calls) if self.has_streams else streams.none()

    @property
    def living_calls(self) -> QuerySet[Call]:
        return Call.objects.filter(self.calls, ended_at=None)


def find_target(kind: str, name: str) -> Target:
    """Raises UnknownTarget."""
    return KINDS[kind](name.strip())


def _everything(name: str) -> Target:
    return Target("everything", "everything", Q(), Tenant.objects.all())


def _tenant(slug: str) -> Target:
    tenant = _find(Tenant.objects.filter(slug=slug), f"There is no tenant {slug!r}.")
    return _owned(tenant, f"tenant {tenant.pk}", f"tenant {tenant.slug}", Q())


def _domain(name: str) -> Target:
    missing = f"There is no domain {name!r}; a domain is named like https://www.customer.example."
    first, _, rest = name.partition("/")
    slug, origin = ("", name) if ":" in first else (first, rest)
    try:
        domains = Domain.objects.filter(origin=str(parse(origin)))
    except BadOrigin:
        raise UnknownTarget(missing) from None
    if slug:
        domains = domains.filter(tenant__slug=slug)

    found = list(domains.select_related("tenant")[:2])
    if len(found) > 1:
        raise UnknownTarget(f"Several tenants have {name!r}; name one of them: acme/{name}.")
    if not found:
        raise UnknownTarget(missing)
    [domain] = found
    calls = Q(session__domain=domain.pk)
    return _owned(domain.tenant, f"domain {domain.pk}", f"domain {_domain_name(domain)}", calls)


def _callee(name: str) -> Target:
    slug, _, alias = name.partition("/")
    callees = Callee.objects.filter(tenant__slug=slug, alias=alias).select_related("tenant")
    callee = _find(callees, f"There is no callee {name!r}; a callee is named like acme/sales.")
    # A call without an alias was one to the default callee, so the target tells too.
    calls = Q(alias=callee.alias) | Q(alias="", target=callee.target)
    key = f"callee {callee.pk}"
    return _owned(callee.tenant, key, f"callee {name}", calls, has_streams=False)


def _account(name: str) -> Target:
    slug, _, login = name.partition("/")
    missing = f"There is no SIP account {name!r}; it is named like acme/10001."
    accounts = list(
        SipAccount.objects.filter(tenant__slug=slug, login=login).select_related("tenant")[:2]
    )
    if len(accounts) > 1:
        raise UnknownTarget(f"{name!r} are several SIP accounts; disable the right one instead.")
    if not accounts:
        raise UnknownTarget(missing)
    [account] = accounts
    calls = Q(session__sip_account=account.pk)
    key = f"account {account.pk}"
    return _owned(account.tenant, key, f"SIP account {name}", calls, has_streams=False)


def _visitor(name: str) -> Target:
    slug, _, visitor = name.partition("/")
    missing = f"There is no tenant {slug!r}; a visitor is named like acme/VISITOR."
    tenant = _find(Tenant.objects.filter(slug=slug), missing)
    if not visitor:
        raise UnknownTarget("A visitor is named like acme/VISITOR, as the call's page shows it.")
    key = f"visitor {tenant.pk} {visitor}"
    return _owned(tenant, key[:120], f"visitor {name}", Q(visitor=visitor))


def _instance(name: str) -> Target:
    instance = _find(WcsInstance.objects.filter(name=name), f"There is no WCS instance {name!r}.")
    return Target(
        f"instance {instance.pk}",
        f"WCS instance {name}",
        Q(session__instance=instance.pk),
        Tenant.objects.filter(wcs_instances=instance),
    )


KINDS: dict[str, Callable[[str], Target]] = {
    "tenant": _tenant,
    "domain": _domain,
    "callee": _callee,
    "account": _account,
    "visitor": _visitor,
    "instance": _instance,
    "everything": _everything,
}


def _owned(tenant: Tenant, key: str, name: str, calls: Q, has_streams: bool = True) -> Target:
    tenants = Tenant.objects.filter(pk=tenant.pk)
    return Target(key, name, Q(tenant=tenant) & calls, tenants, tenant, has_streams)


def _domain_name(domain: Domain) -> str:
    is_shared = domain.origin in EVERY_APPS
    return f"{domain.tenant.slug}/{domain.origin}" if is_shared else domain.origin


def _find(rows: QuerySet[Any], missing: str) -> Any:
    row = rows.first()
    if row is None:
        raise UnknownTarget(missing)
    return row
