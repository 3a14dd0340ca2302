"""What somebody sees of a table of millions of rows, in parts that an index keeps in the order of time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from hooks.models import Event
from tenants.models import WcsInstance
from tenants.scope import scope_of

NOTHING = Q(tenant=0)


def parts(rows: QuerySet[Any], user: User | AnonymousUser) -> list[Q]:
    """None: everything. Together they are what `visible_to` gives."""
    tenants = scope_of(user).visible
    if tenants is None:
        return []
    found = [Q(tenant=tenant) for tenant in sorted(tenants)]
    if rows.model is Event:
        instances = WcsInstance.objects.for_none_but(tenants).values_list("pk", flat=True)
        found += [Q(tenant=None, instance=instance) for instance in instances]
    return found or [NOTHING]
