"""The records that some rows refer to, read at once: a few queries for thousands of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Q

from tenants.models import Domain, WcsInstance
from tenants.origins import EVERY_APPS
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.rows import Row, rows_of_table
from tenants.transfer.tables import (
    CALLEE,
    DOMAIN,
    SIP_ACCOUNT,
    STREAM,
    TENANT,
    WCS_INSTANCE,
    Table,
)

OVERLAPPING = """
    SELECT given.number, tenants_tenant.slug
      FROM unnest(%s::text[], %s::boolean[])
           WITH ORDINALITY AS given (origin, include_subdomains, number)
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
ALIASES = """
    SELECT given.slug, given.alias
      FROM unnest(%s::text[], %s::text[]) AS given (slug, alias)
      JOIN tenants_tenant ON tenants_tenant.slug = given.slug
      JOIN tenants_callee ON tenants_callee.tenant_id = tenants_tenant.id
                         AND tenants_callee.alias = given.alias
"""
OWNED = """
    SELECT {table}.*
      FROM unnest({arrays}) AS given ({columns})
      JOIN {table} USING ({columns})
"""
RESERVE = """
    SELECT nextval(sequence)
      FROM pg_get_serial_sequence(%s, 'id') AS sequence, generate_series(1, %s)
"""
_Records = dict[tuple[str, ...], Any]


class Existing:
    def __init__(self, rows: list[Row], allowed: Allowed) -> None:
        instances = rows_of_table(WCS_INSTANCE, rows)
        named = {slug for row in instances for slug in row.values.get("tenants", []) if slug}
        owners = {row.tenant_slug for row in rows if row.tenant_slug}
        self.tenants = allowed.by_slug({*_first_keys(TENANT, rows), *named, *owners})
        self._slugs = {tenant.pk: tenant.slug for tenant in self.tenants.values()}

        self.instances = _locked_instances(rows)
        app_keys = _tenant_keys(DOMAIN, [row for row in rows if row.is_of_every_app])
        callee_keys = {*_tenant_keys(CALLEE, rows), *_default_callee_keys(rows)}
        self._records: dict[Table, _Records] = {
            TENANT: {(slug,): tenant for slug, tenant in self.tenants.items()},
            SIP_ACCOUNT: self._owned_records(SIP_ACCOUNT, _tenant_keys(SIP_ACCOUNT, rows)),
            CALLEE: self._owned_records(CALLEE, callee_keys),
            STREAM: self._owned_records(STREAM, _tenant_keys(STREAM, rows)),
            DOMAIN: {(domain.origin,): domain for domain in _domains(rows)}
            | self._owned_records(DOMAIN, app_keys, "tenant", "default_callee"),
            WCS_INSTANCE: {(instance.name,): instance for instance in self.instances},
        }

    def find_record(self, row: Row) -> Any:
        if row.key is None:
            return None
        # An origin is found at any tenant, so that a moved one is noticed.
        key = row.key if row.within is None else (row.within, *row.key)
        return self._records[row.table].get(key)

    def find_callee(self, slug: str | None, alias: str) -> Any:
        return self._records[CALLEE].get((slug or "", alias))

    def _owned_records(self, table: Table, keys: set[tuple[str, ...]], *related: str) -> _Records:
        """By tenant and natural key.

        Exactly the pairs asked for, because every tenant may have the same aliases.
        """
        wanted = [(self.tenants[slug].pk, *key) for slug, *key in keys if slug in self.tenants]
        if not wanted:
            return {}

        arrays = ["%s::bigint[]", *["%s::text[]" for _ in table.natural_key]]
        query = OWNED.format(
            table=table.name,
            arrays=", ".join(arrays),
            columns=", ".join(["tenant_id", *table.natural_key]),
        )
        values = [list(column) for column in zip(*wanted, strict=True)]
        records: Any = table.model._default_manager.raw(query, values).prefetch_related(*related)
        return {(self._slugs[item.tenant_id], *_natural_key(table, item)): item for item in records}


def _natural_key(table: Table, record: Any) -> tuple[str, ...]:
    return tuple(getattr(record, name) for name in table.natural_key)


def _first_keys(table: Table, rows: list[Row]) -> set[str]:
    return {row.key[0] for row in rows_of_table(table, rows) if row.key}


def _tenant_keys(table: Table, rows: list[Row]) -> set[tuple[str, ...]]:
    return {(row.tenant_slug or "", *row.key) for row in rows_of_table(table, rows) if row.key}


def _default_callee_keys(rows: list[Row]) -> set[tuple[str, ...]]:
    domains = rows_of_table(DOMAIN, rows)
    pairs = ((row.tenant_slug or "", row.values.get("default_callee")) for row in domains)
    return {(slug, alias) for slug, alias in pairs if alias}


def _domains(rows: list[Row]) -> Iterable[Domain]:
    origins = _first_keys(DOMAIN, rows).difference(EVERY_APPS)
    domains = Domain.objects.filter(origin__in=origins)
    return domains.select_related("tenant", "default_callee")


def _locked_instances(rows: list[Row]) -> list[WcsInstance]:
    """Locked, because a rotation at the same time would lose the secret that is still in use."""
    instances = rows_of_table(WCS_INSTANCE, rows)
    keys = [row.values["key"] for row in instances if "key" in row.values]
    names = _first_keys(WCS_INSTANCE, rows)
    wanted = WcsInstance.objects.filter(Q(name__in=names) | Q(key__in=keys))
    return list(wanted.select_for_update(no_key=True).prefetch_related("tenants"))


def reserve_keys(table: Table, count: int) -> list[int]:
    """Primary keys for new rows, so that other rows can refer to them before they are written."""
    name = connection.ops.quote_name(table.name)
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [name, count])
        return [number for (number,) in cursor.fetchall()]


def overlapping_tenants(
    spans: Iterable[tuple[str, bool]], in_file: list[str]
) -> Iterable[tuple[int, str]]:
    """For each span, by its number, the tenants with an overlapping domain outside of the file."""
    origins, include_subdomains = zip(*spans, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING, [list(origins), list(include_subdomains), in_file])
        return [(number - 1, slug) for number, slug in cursor.fetchall()]


def default_aliases(slugs: list[str]) -> dict[str, str]:
    """The alias of each tenant's default callee."""
    with connection.cursor() as cursor:
        cursor.execute(DEFAULTS, [slugs])
        return dict(cursor.fetchall())


def stored_aliases(pairs: list[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these pairs of a tenant and an alias, those whose callee exists."""
    slugs, aliases = [slug for slug, _ in pairs], [alias for _, alias in pairs]
    with connection.cursor() as cursor:
        cursor.execute(ALIASES, [slugs, aliases])
        return set(cursor.fetchall())
