"""Whose rows an import may touch: an operator's everybody's, a manager's only those of her tenants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tenants.models import Tenant


@dataclass(frozen=True)
class Allowed:
    user: Any = None  # None: an operator at the command line
    tenants: QuerySet[Tenant] | None = None  # None: all there are, and new ones, and WCS instances

    @property
    def everything(self) -> bool:
        return self.tenants is None

    def by_slug(self, slugs: set[str]) -> dict[str, Tenant]:
        tenants = Tenant.objects.all() if self.tenants is None else self.tenants
        return {tenant.slug: tenant for tenant in tenants.filter(slug__in=slugs)}

    def may_know(self, slugs: set[str]) -> set[str]:
        """Which of these tenants may be named in a sentence."""
        return slugs if self.everything else set(self.by_slug(slugs))


OPERATOR = Allowed()
