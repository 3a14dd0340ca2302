"""A row as the API shows it: as an import file has it, with its id, and without secrets."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any

from django.urls import reverse

from tenants.models import LimitRaise, WcsInstance
from tenants.money import MICROS, write_money
from tenants.transfer.tables import CALLEE, DOMAIN, SIP_ACCOUNT, STREAM, TENANT, WCS_INSTANCE, Table

_TABLES = {
    table.model: table for table in (TENANT, DOMAIN, SIP_ACCOUNT, CALLEE, STREAM, WCS_INSTANCE)
}
_OF_REST_API = "rest_api_"


def shown_row(row: Any) -> dict[str, Any]:
    shown = {"id": row.pk} if type(row) in _TABLES else {}
    table = _TABLES[type(row)]
    if table not in (TENANT, WCS_INSTANCE):
        shown["tenant"] = row.tenant.slug
    shown |= {name: _shown_value(row, name) for name in shown_fields(table)}
    if isinstance(row, WcsInstance):
        shown["rest_api"] = {"url": row.rest_api_url, "user": row.rest_api_user}
        shown["signs"] = row.signing_secret is not None
    return shown


def shown_raise(raised: LimitRaise) -> dict[str, Any]:
    """`page`: where a second person confirms it."""
    return {
        "field": raised.field,
        "row": raised.row_name,
        "now": raised.before,
        "asked": raised.after,
        "holds_at": raised.due_at,
        "page": reverse("admin:tenants_limitraise_decide", args=[raised.pk]),
    }


@cache
def shown_fields(table: Table) -> list[str]:
    names = [name for name in table.fields if name not in table.secrets]
    return [name for name in names if not name.startswith(_OF_REST_API)]


def _shown_value(row: Any, name: str) -> Any:
    value = getattr(row, name)
    if name == "default_callee":
        return value and value.alias
    if name == "tenants":
        return sorted(tenant.slug for tenant in value.all())
    return write_money(int(value * MICROS)) if isinstance(value, Decimal) else value
