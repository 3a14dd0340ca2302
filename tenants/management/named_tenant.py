"""The tenant that an operator names on the command line."""

from __future__ import annotations

import difflib

from django.core.management.base import CommandError
from django.db.models import QuerySet

from tenants.models import Tenant

_MOST_NAMES = 1_000  # that begin alike and are compared


def find_named_tenant(slug: str, among: QuerySet[Tenant] | None = None) -> Tenant:
    """Raises CommandError."""
    rows = Tenant.objects.all() if among is None else among
    tenant = rows.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(_explain_unknown(slug))
    return tenant


def _explain_unknown(slug: str) -> str:
    alike = Tenant.objects.filter(slug__startswith=slug[:1].lower()).order_by("slug")
    names = alike.values_list("slug", flat=True)[:_MOST_NAMES]
    near = difflib.get_close_matches(slug, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"There is no tenant {slug!r}: write its short name, like acme.{hint}"
