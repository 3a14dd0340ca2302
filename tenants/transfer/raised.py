"""What a file would raise: a person at a page may not, an operator's command may."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import connection

from tenants.activation import NOT_YOURS, was_suspended_by_manager
from tenants.limits import SAFE
from tenants.models import Tenant
from tenants.raising.comparing import (
    INTERNAL_RATE,
    STREAM_LIMITS,
    Change,
    Place,
    effective_destinations,
    limit_changes,
    raises,
    stream_changes,
)
from tenants.raising.internal_rates import highest_internal_rates
from tenants.transfer.checking.allowed import Allowed
from tenants.transfer.problems import Problems
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, STREAM, TENANT, Table

# Of the rows that are staged, those that bear on what a tenant can lose.
STAGED = """
SELECT "table", key, label, before IS NULL, after FROM import_staging
 WHERE "table" = ANY(%(tables)s) AND after IS NOT NULL
   AND (before IS NULL OR after ?| %(columns)s)
 ORDER BY number
"""
COLUMNS = [
    *("limits", "destinations", "country", "currency", "target", "status"),
    *(INTERNAL_RATE, *STREAM_LIMITS),
]
TABLES = (TENANT, CALLEE, DOMAIN, SIP_ACCOUNT, STREAM)
RAISES = (
    "This raises {}: change it on the tenant's pages, or by the API at the row's own address "
    "(PATCH), where a second person confirms it, or have an operator import the file by command "
    "(manage.py import_tenants)."
)
UNBOUNDED = "It cannot be activated, because what it can lose has no bound. {}"
SAID_TO_BE_UNBOUNDED = "tenant {}: what it can lose has no bound. {}"
# From above, where worst cases are known: tenants' ids in, slugs with what is missing out.
Finder = Callable[[Iterable[int]], Iterator[tuple[str, str]]]
unbounded_finders: list[Finder] = []


def refuse_raises(allowed: Allowed, problems: Problems) -> None:
    """To be called when everything is staged and nothing is written."""
    if allowed.is_operator:
        return

    rows = _staged_rows()
    places = _places(rows)
    for table, key, label, before, after in rows:
        owner = key if table == TENANT.name else (before or after)["tenant_id"]
        callee = (before or {}).get("destinations") if table == CALLEE.name else None
        place = places[int(owner)]._replace(callee=callee)
        for change in _changes(table, before, after):
            if raises(change, place):
                problems.add(f"{_KINDS[table]} {label}", RAISES.format(_title(change)))
        if table == TENANT.name and before and not allowed.everything:
            _refuse_activation(before, after, label, problems)


def refuse_unbounded(allowed: Allowed, problems: Problems) -> None:
    """To be called when everything is written."""
    if allowed.is_operator:
        return

    activated = [
        int(key)
        for table, key, _, before, after in _staged_rows()
        if table == TENANT.name and after.get("status") == Tenant.Status.ACTIVE
    ]
    for slug, missing in unbounded_tenants(activated):
        problems.add(f"{TENANT.kind} {slug}", UNBOUNDED.format(missing))


def unbounded_warnings(tenant_ids: Iterable[int]) -> Iterator[str]:
    for slug, missing in unbounded_tenants(tenant_ids):
        yield SAID_TO_BE_UNBOUNDED.format(slug, missing)


def unbounded_tenants(tenant_ids: Iterable[int]) -> Iterator[tuple[str, str]]:
    for find in unbounded_finders:
        yield from find(tenant_ids)


def _refuse_activation(before: Any, after: Any, label: str, problems: Problems) -> None:
    activates = after.get("status", before["status"]) == Tenant.Status.ACTIVE != before["status"]
    if activates and not was_suspended_by_manager(before["pk"]):
        problems.add(f"{TENANT.kind} {label}", NOT_YOURS)


def _staged_rows() -> list[Any]:
    values = {"tables": [table.name for table in TABLES], "columns": COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(STAGED, values)
        rows = [(*row[:4], json.loads(row[4])) for row in cursor.fetchall()]

    stored = {table.name: _stored_values(table, rows) for table in TABLES}
    return [
        (table, key, label, None if is_new else stored[table].get(key), after)
        for table, key, label, is_new, after in rows
    ]


def _stored_values(table: Table, rows: list[Any]) -> dict[str, dict[str, Any]]:
    """By key; what was deleted meanwhile is missing, and the import fails later."""
    keys = [key for name, key, _, is_new, _ in rows if name == table.name and not is_new]
    owner = [] if table is TENANT else ["tenant_id"]
    columns = [name for name in COLUMNS if name in table.fields]
    stored = table.model._base_manager.filter(pk__in=keys).values("pk", *owner, *columns)
    return {str(values["pk"]): values for values in stored}


def _places(rows: list[Any]) -> dict[int, Place]:
    """Of the tenants as they are stored; a new one is as the file says."""
    new = {
        int(key): Place(after["country"], after["destinations"])
        for table, key, _, before, after in rows
        if table == TENANT.name and before is None
    }
    owners = {(before or after).get("tenant_id") for _, _, _, before, after in rows}
    keys = {int(key) for table, key, *_ in rows if table == TENANT.name}
    stored = Tenant.objects.filter(pk__in=keys | {owner for owner in owners if owner})
    rates = highest_internal_rates(owner for owner in owners if owner)
    return new | {
        tenant.pk: Place(tenant.country, tenant.destinations, internal_rate=rates.get(tenant.pk))
        for tenant in stored
    }


def _changes(table: str, before: Any, after: Any) -> Iterator[Change]:
    old, new = before or _new_row(table), (before or {}) | after
    yield from stream_changes(old, new)
    if table == STREAM.name:
        return
    yield from limit_changes(old["limits"], new["limits"])
    if table == TENANT.name:
        yield Change("country", old["country"], new["country"])
        if before and old["currency"] != new["currency"] and _has_prices(before["pk"]):
            yield Change("currency", old["currency"], new["currency"])
        if before and old["destinations"] == new["destinations"]:
            return  # as on a page: the first country opens its own numbers
        # A new tenant may call its own country, as one that is added on a page may.
        home = old["country"] if before else new["country"]
        yield Change(
            "destinations",
            effective_destinations(old["destinations"], home),
            effective_destinations(new["destinations"], old["country"] or new["country"]),
        )
    elif table == CALLEE.name:
        yield Change("destinations", old["destinations"], new["destinations"])
        # One that is closed may be about to open: a raise that was asked before may wait for it.
        is_new_and_closed = not before and new["limits"].get("concurrent_calls") == 0
        if old["target"] != new["target"] and not is_new_and_closed:
            yield Change("target", old["target"], new["target"])
    elif table == SIP_ACCOUNT.name:
        yield Change(INTERNAL_RATE, old.get(INTERNAL_RATE), new.get(INTERNAL_RATE))


def _has_prices(key: int) -> bool:
    return Tenant.objects.get(pk=key).has_prices


def _new_row(table: str) -> dict[str, Any]:
    """What a page's new row may have without asking anybody."""
    limits = SAFE if table == TENANT.name else {}
    return {"limits": limits, "country": "", "destinations": None, "target": "", **_STREAMS_OF_NEW}


def _title(change: Change) -> str:
    if change.field == INTERNAL_RATE:
        return "what limits of money allow, by a lower internal rate"
    return change.field.removeprefix("limits.").replace("_", " ").replace(".", ": ")


# As the columns' defaults; an alias that is new has what its tenant's own limits leave it.
_STREAMS_OF_NEW = {
    name: TENANT.fields[name].get_default() for name in STREAM_LIMITS if name in TENANT.fields
}
_KINDS = {table.name: table.kind for table in TABLES}
