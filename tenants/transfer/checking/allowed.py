"""Whose rows an import may touch: an operator's everybody's, a manager's only those of her tenants."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from tenants.models import ImportRun, Tenant
from tenants.scope import scope_of

# A tenant that came or went, and a WCS instance, are an administrator's.
ANOTHERS = """
SELECT EXISTS (
    SELECT FROM tenants_importedrow
     WHERE run_id = %s
       AND (CASE WHEN "table" <> 'tenants_tenant' THEN (coalesce(after, before)->>'tenant_id')::bigint
                 WHEN before IS NOT NULL AND after IS NOT NULL THEN key::bigint END = ANY(%s)) IS NOT TRUE)
"""


@dataclass(frozen=True)
class Allowed:
    user: User | None = None  # None: an operator at the command line
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

    def may_undo(self, run: ImportRun) -> bool:
        """Whether each of its rows is of a tenant that this person may change now."""
        if self.tenants is None:
            return True
        with connection.cursor() as cursor:
            cursor.execute(ANOTHERS, [run.pk, list(self.tenants.values_list("pk", flat=True))])
            return not cursor.fetchone()[0]


def allowed_to(user: User) -> Allowed:
    """An import adds no tenants for a manager: which names are taken is not hers to learn, a thousand at a time."""
    everything = scope_of(user).changeable is None
    return Allowed(user, None if everything else Tenant.objects.changeable_by(user))


OPERATOR = Allowed()
