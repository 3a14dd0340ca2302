"""What differs, written in an order in which no constraint of the tables is broken on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from tenants.importing.rows import Row, of
from tenants.importing.tables import CALLEE, DOMAIN, SIP_ACCOUNT, TENANT, WCS_INSTANCE, Table
from tenants.models import WcsInstance
from tenants.models.wcs_instance import new_key

BATCH = 1000


def write(rows: list[Row]) -> None:
    """Inside a transaction. Raises django.db.Error."""
    _write(TENANT, rows)
    # The old default gives up before the new one takes over.
    _write(CALLEE, rows, lambda callee: callee.default)
    _write(DOMAIN, rows)
    _write(SIP_ACCOUNT, rows)
    _step_aside(rows)
    _write(WCS_INSTANCE, rows)
    for row in of(WCS_INSTANCE, rows):
        if any(difference.field == "tenants" for difference in row.differences):
            row.record.tenants.set(row.tenants)
    connection.check_constraints()  # now, and not only at a commit that a dry run never comes to


def _write(table: Table, rows: list[Row], order: Callable[[Any], Any] = lambda record: 0) -> None:
    # Changes come first: they make room for new rows, as an origin does that loses its subdomains.
    changed = [row for row in of(table, rows) if row.is_changed]
    for row in sorted(changed, key=lambda row: order(row.record)):
        if fields := _columns(row):
            row.record.save(update_fields=fields)
    new = [row.record for row in of(table, rows) if row.is_new]
    table.model._default_manager.bulk_create(new, batch_size=BATCH)


def _columns(row: Row) -> set[str]:
    """Only what differs, so that somebody else's change of another field survives."""
    fields = {difference.field for difference in row.differences} - {"tenants"}
    return fields | {"previous_signing_secret"} if "signing_secret" in fields else fields


def _step_aside(rows: list[Row]) -> None:
    """Two instances may exchange their keys."""
    for row in of(WCS_INSTANCE, rows):
        if row.is_changed and "key" in _columns(row):
            WcsInstance.objects.filter(pk=row.record.pk).update(key=new_key())
