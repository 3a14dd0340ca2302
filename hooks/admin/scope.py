"""Whose rows a user may look at; the one place that asks."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from tenants.models import Tenant

AnyRow = TypeVar("AnyRow", bound=Model)


def tenants_of(user: Any) -> QuerySet[Tenant]:
    return Tenant.objects.all() if user.is_superuser else Tenant.objects.none()


def sees_all(user: Any) -> bool:
    return bool(user.is_superuser)


def visible(rows: QuerySet[AnyRow], user: Any) -> QuerySet[AnyRow]:
    return rows if sees_all(user) else rows.filter(tenant__in=tenants_of(user).values("pk"))


def parts(rows: QuerySet[Any], user: Any) -> list[Q]:
    """What she sees of these rows, each part in one index's order of time; none: everything."""
    if sees_all(user):
        return []
    return [Q(tenant=tenant) for tenant in tenants_of(user).values_list("pk", flat=True)] or [Q(tenant=0)]
