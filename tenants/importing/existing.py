"""The records that a file speaks of, read once: a handful of queries, however long the file is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from tenants.importing.rows import Row, of
from tenants.importing.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TENANT, WCS_INSTANCE, Table
from tenants.models import Callee, Domain, SipAccount, Tenant, WcsInstance

OVERLAPPING = """
    SELECT given.number, tenants_tenant.slug
      FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY AS given (origin, include_subdomains, number)
      JOIN tenants_domain ON origin_span(tenants_domain.origin, tenants_domain.include_subdomains)
                          && origin_span(given.origin, given.include_subdomains)
      JOIN tenants_tenant ON tenants_tenant.id = tenants_domain.tenant_id
     WHERE tenants_domain.origin <> ALL(%s::text[])
     ORDER BY given.number, tenants_tenant.slug
"""
_Found = dict[tuple[str, ...], Any]


class Existing:
    def __init__(self, rows: list[Row]) -> None:
        named = [slug for row in of(WCS_INSTANCE, rows) for slug in row.values.get("tenants", []) if slug]
        slugs = {*_firsts(TENANT, rows), *named}
        self.tenants = {tenant.slug: tenant for tenant in Tenant.objects.filter(slug__in=slugs)}
        slug_of = {tenant.pk: tenant.slug for tenant in self.tenants.values()}
        self.callees: dict[str, dict[str, Callee]] = {slug: {} for slug in self.tenants}
        for callee in Callee.objects.filter(tenant__in=slug_of):
            self.callees[slug_of[callee.tenant_id]][callee.alias] = callee
        accounts = SipAccount.objects.filter(tenant__in=slug_of, login__in=_firsts(SIP_ACCOUNT, rows))
        domains = Domain.objects.filter(origin__in=_firsts(DOMAIN, rows)).select_related("tenant", "default_callee")
        self.instances = _instances(rows)
        self._found: dict[Table, _Found] = {
            TENANT: {(slug,): tenant for slug, tenant in self.tenants.items()},
            SIP_ACCOUNT: {(slug_of[item.tenant_id], item.login, item.domain): item for item in accounts},
            CALLEE: {(slug, alias): item for slug, held in self.callees.items() for alias, item in held.items()},
            DOMAIN: {(item.origin,): item for item in domains},
            WCS_INSTANCE: {(item.name,): item for item in self.instances},
        }

    def find(self, row: Row) -> Any:
        if row.key is None:
            return None
        # An origin is found at any tenant, so that a moved one is seen.
        within = row.tenant_slug if row.table in (SIP_ACCOUNT, CALLEE) else None
        return self._found[row.table].get((within, *row.key) if within else row.key)


def _firsts(table: Table, rows: list[Row]) -> list[str]:
    return [row.key[0] for row in of(table, rows) if row.key]


def _instances(rows: list[Row]) -> list[WcsInstance]:
    """Locked, because a rotation by somebody else in between would lose the secret that is still in use."""
    keys = [row.values["key"] for row in of(WCS_INSTANCE, rows) if "key" in row.values]
    wanted = WcsInstance.objects.filter(Q(name__in=_firsts(WCS_INSTANCE, rows)) | Q(key__in=keys))
    return list(wanted.select_for_update(no_key=True).prefetch_related("tenants"))


def overlapping(spans: Iterable[tuple[str, bool]], in_file: list[str]) -> Iterable[tuple[int, str]]:
    """For each of the spans by its number, the tenants that speak for a part of it and do not do so in the file."""
    origins, include_subdomains = zip(*spans, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING, [list(origins), list(include_subdomains), in_file])
        return [(number - 1, slug) for number, slug in cursor.fetchall()]
