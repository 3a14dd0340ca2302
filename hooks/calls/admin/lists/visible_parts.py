"""The rows somebody may see, split into parts that an index keeps in the order of time."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from hooks.models import Event
from tenants.models import WcsInstance
from tenants.scope import scope_of

NOTHING = Q(tenant=0)


def visible_parts(rows: QuerySet[Any], user: User | AnonymousUser) -> list[Q]:
    """No parts for somebody who may see everything.

    All parts together are what `visible_to` gives.
    """
    tenants = scope_of(user).visible
    if tenants is None:
        return []

    parts = [Q(tenant=tenant) for tenant in sorted(tenants)]
    if rows.model is Event:
        instances = WcsInstance.objects.for_none_but(tenants).values_list("pk", flat=True)
        parts += [Q(tenant=None, instance=instance) for instance in instances]
    return parts or [NOTHING]
