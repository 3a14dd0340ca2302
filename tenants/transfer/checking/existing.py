"""The records that some rows speak of, read at once: a handful of queries for thousands of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from tenants.models import Domain, WcsInstance
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.rows import Row, of
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TENANT, WCS_INSTANCE, Table

OVERLAPPING = """
    SELECT given.number, tenants_tenant.slug
      FROM unnest(%s::text[], %s::boolean[]) WITH ORDINALITY AS given (origin, include_subdomains, number)
      JOIN tenants_domain ON origin_span(tenants_domain.origin, tenants_domain.include_subdomains)
                          && origin_span(given.origin, given.include_subdomains)
      JOIN tenants_tenant ON tenants_tenant.id = tenants_domain.tenant_id
     WHERE tenants_domain.origin <> ALL(%s::text[])
     ORDER BY given.number, tenants_tenant.slug
"""
DEFAULTS = """
    SELECT tenants_tenant.slug, tenants_callee.alias
      FROM tenants_callee JOIN tenants_tenant ON tenants_tenant.id = tenants_callee.tenant_id
     WHERE tenants_callee."default" AND tenants_tenant.slug = ANY(%s)
"""
_Found = dict[tuple[str, ...], Any]


class Existing:
    def __init__(self, rows: list[Row], allowed: Allowed) -> None:
        named = {
            slug for row in of(WCS_INSTANCE, rows) for slug in row.values.get("tenants", []) if slug
        }
        owners = {row.tenant_slug for row in rows if row.tenant_slug}
        self.tenants = allowed.by_slug({*_firsts(TENANT, rows), *named, *owners})
        self._slug_of = {tenant.pk: tenant.slug for tenant in self.tenants.values()}
        domains = Domain.objects.filter(origin__in=_firsts(DOMAIN, rows)).select_related(
            "tenant", "default_callee"
        )
        self.instances = _instances(rows)
        self._found: dict[Table, _Found] = {
            TENANT: {(slug,): tenant for slug, tenant in self.tenants.items()},
            SIP_ACCOUNT: self._owned(SIP_ACCOUNT, _keys(SIP_ACCOUNT, rows)),
            CALLEE: self._owned(CALLEE, {*_keys(CALLEE, rows), *_default_callees(rows)}),
            DOMAIN: {(item.origin,): item for item in domains},
            WCS_INSTANCE: {(item.name,): item for item in self.instances},
        }

    def find(self, row: Row) -> Any:
        if row.key is None:
            return None
        # An origin is found at any tenant, so that a moved one is seen.
        within = row.tenant_slug if row.table in (SIP_ACCOUNT, CALLEE) else None
        return self._found[row.table].get((within, *row.key) if within else row.key)

    def callee(self, slug: str | None, alias: str) -> Any:
        return self._found[CALLEE].get((slug or "", alias))

    def _owned(self, table: Table, keys: set[tuple[str, ...]]) -> _Found:
        """By tenant and natural key, the pairs asked for and no others: the same aliases stand at every tenant."""
        wanted = [(self.tenants[slug].pk, *key) for slug, *key in keys if slug in self.tenants]
        if not wanted:
            return {}
        name, columns = table.model._meta.db_table, ("tenant_id", *table.natural_key)
        given = ", ".join(["%s::bigint[]", *["%s::text[]" for _ in table.natural_key]])
        query = f"SELECT {name}.* FROM unnest({given}) AS given ({', '.join(columns)}) JOIN {name} USING ({', '.join(columns)})"  # noqa: S608
        found: Any = table.model._default_manager.raw(
            query, [list(column) for column in zip(*wanted, strict=True)]
        )
        return {
            (
                self._slug_of[item.tenant_id],
                *(getattr(item, key) for key in table.natural_key),
            ): item
            for item in found
        }


def _firsts(table: Table, rows: list[Row]) -> set[str]:
    return {row.key[0] for row in of(table, rows) if row.key}


def _keys(table: Table, rows: list[Row]) -> set[tuple[str, ...]]:
    return {(row.tenant_slug or "", *row.key) for row in of(table, rows) if row.key}


def _default_callees(rows: list[Row]) -> set[tuple[str, ...]]:
    given = ((row.tenant_slug or "", row.values.get("default_callee")) for row in of(DOMAIN, rows))
    return {(slug, alias) for slug, alias in given if alias}


def _instances(rows: list[Row]) -> list[WcsInstance]:
    """Locked, because a rotation by somebody else in between would lose the secret that is still in use."""
    keys = [row.values["key"] for row in of(WCS_INSTANCE, rows) if "key" in row.values]
    wanted = WcsInstance.objects.filter(Q(name__in=_firsts(WCS_INSTANCE, rows)) | Q(key__in=keys))
    return list(wanted.select_for_update(no_key=True).prefetch_related("tenants"))


def reserve(table: Table, count: int) -> list[int]:
    """Primary keys for new rows, so that what refers to them can be written down before they are."""
    name = connection.ops.quote_name(table.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(sequence) FROM pg_get_serial_sequence(%s, 'id') AS sequence, generate_series(1, %s)",
            [name, count],
        )
        return [number for (number,) in cursor.fetchall()]


def overlapping(spans: Iterable[tuple[str, bool]], in_file: list[str]) -> Iterable[tuple[int, str]]:
    """For each of the spans by its number, the tenants that speak for a part of it and do not do so in the file."""
    origins, include_subdomains = zip(*spans, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING, [list(origins), list(include_subdomains), in_file])
        return [(number - 1, slug) for number, slug in cursor.fetchall()]


def default_callees(slugs: list[str]) -> dict[str, str]:
    """The alias of each tenant's default callee."""
    with connection.cursor() as cursor:
        cursor.execute(DEFAULTS, [slugs])
        return dict(cursor.fetchall())
