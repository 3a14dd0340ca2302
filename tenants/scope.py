"""Whose rows a signed-in person sees and changes; every page, export and stream asks here."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db import models

# Platform administrator: is_superuser. Account manager: staff with assignments. Auditor: staff in
# this group.
AUDITORS = "auditors"
Rows = TypeVar("Rows", bound=models.Model)


@dataclass(frozen=True)
class Scope:
    """Ids of tenants; None stands for every tenant."""

    visible: AbstractSet[int] | None
    changeable: AbstractSet[int] | None


NO_TENANTS = Scope(frozenset(), frozenset())
ALL_TENANTS = Scope(None, None)


def read_scope_once(user: Any) -> None:
    """For the user object of a request; any other could outlive a right that was taken away.

    Called again, it lets the scope be read again.
    """
    user.kept_scope = None


def scope_of(user: User | AnonymousUser) -> Scope:
    """Read from the database each time, so that a right that was taken away is gone at once.

    Within a request it is read once.
    """
    if not hasattr(user, "kept_scope"):
        return _read_scope(user)

    if user.kept_scope is None:
        user.kept_scope = _read_scope(user)
    kept: Scope = user.kept_scope
    return kept


def _read_scope(user: User | AnonymousUser) -> Scope:
    if not (user.is_active and user.is_staff):
        return NO_TENANTS
    if user.is_superuser:
        return ALL_TENANTS
    if user.groups.filter(name=AUDITORS).exists():
        return Scope(None, frozenset())

    rights = dict(user.assignments.values_list("tenant", "may_change"))
    changeable = frozenset(tenant for tenant, may_change in rights.items() if may_change)
    return Scope(frozenset(rights), changeable)


class OfTenantQuerySet(models.QuerySet[Rows]):
    """Rows with a tenant. The query lists the ids, so that indexes with the tenant first serve."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.of_tenants(scope_of(user).visible)

    def changeable_by(self, user: User | AnonymousUser) -> Self:
        return self.of_tenants(scope_of(user).changeable)

    def of_tenants(self, tenants: AbstractSet[int] | None) -> Self:
        return self.all() if tenants is None else self.filter(tenant__in=tenants)
