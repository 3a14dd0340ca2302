"""Rows whose limits can be raised, and their fields by the name that a raise has for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tenants.limits_changed import limits_changed
from tenants.models import Callee, Domain, LimitRaise, SipAccount, StreamAlias, Tenant
from tenants.raising.comparing import (
    INTERNAL_RATE,
    LIMITS,
    Place,
    effective_destinations,
    with_limit,
)
from tenants.raising.internal_rates import highest_internal_rates

MODELS: dict[str, Any] = {
    "tenant": Tenant,
    "domain": Domain,
    "callee": Callee,
    "sipaccount": SipAccount,
    "streamalias": StreamAlias,
}


def tenant_of(row: Any) -> Tenant:
    tenant: Tenant = row if isinstance(row, Tenant) else row.tenant
    return tenant


def place_of(row: Any) -> Place:
    tenant, callee = tenant_of(row), row.destinations if isinstance(row, Callee) else None
    rates = highest_internal_rates([tenant.pk]) if isinstance(row, SipAccount) else {}
    return Place(tenant.country, tenant.destinations, callee, rates.get(tenant.pk))


def value_of(row: Any, field: str) -> Any:
    """As it is stored with a raise, in JSON."""
    if field == INTERNAL_RATE:
        return None if row.internal_rate is None else str(row.internal_rate)
    if not field.startswith(LIMITS):
        return getattr(row, field)
    value = row.limits
    for name in field.removeprefix(LIMITS).split("."):
        value = value.get(name) if value else None
    return value


def set_field(row: Any, field: str, value: Any) -> None:
    if field.startswith(LIMITS):
        row.limits = with_limit(row.limits, field, value)
    elif field == INTERNAL_RATE:
        row.internal_rate = None if value is None else Decimal(value)
    else:
        setattr(row, field, value)


def store(row: Any, field: str, value: Any) -> None:
    set_field(row, field, value)
    row.save(update_fields=[field.partition(".")[0]])
    limits_changed.send(type(row), tenant_ids=[tenant_of(row).pk])


def lock_row(raised: LimitRaise) -> Any:
    """None where it was deleted."""
    rows = MODELS[raised.thing]._base_manager.filter(pk=raised.row_key)
    return rows.select_for_update(no_key=True).first()


def comparable(row: Any, field: str, value: Any) -> Any:
    is_tenants = field == "destinations" and isinstance(row, Tenant)
    return effective_destinations(value, row.country) if is_tenants else value
