"""Whose rows an import may touch: for an operator everybody's, for a manager their tenants'."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import QuerySet

from tenants.models import ApiKey, ImportRun, Tenant
from tenants.scope import scope_of

# Whether an import touched a row outside of these tenants. WCS instances, and tenants that the
# import added or removed, belong to administrators.
TOUCHED_OTHERS = """
SELECT EXISTS (
    SELECT FROM tenants_importedrow
     WHERE run_id = %s
       AND (CASE WHEN "table" <> 'tenants_tenant'
                 THEN (coalesce(after, before)->>'tenant_id')::bigint
                 WHEN before IS NOT NULL AND after IS NOT NULL
                 THEN key::bigint END = ANY(%s)) IS NOT TRUE)
"""


@dataclass(frozen=True)
class Allowed:
    user: User | None = None  # None: an operator at the command line, or a key of the API
    tenants: QuerySet[Tenant] | None = None  # None: all there are, and new ones, and WCS instances
    is_operator: bool = False  # who may raise limits without a second person
    asking: ApiKey | None = None  # whose raises wait for a second person, and are not refused

    @property
    def everything(self) -> bool:
        return self.tenants is None

    @property
    def may_lower_prices(self) -> bool:
        """An operator, or a person who is an administrator: a key belongs to nobody in person."""
        return self.is_operator or (self.everything and self.user is not None)

    def by_slug(self, slugs: set[str]) -> dict[str, Tenant]:
        tenants = Tenant.objects.all() if self.tenants is None else self.tenants
        return {tenant.slug: tenant for tenant in tenants.filter(slug__in=slugs)}

    def may_name(self, slug: str) -> bool:
        """Whether a message may name this tenant."""
        return self.everything or slug in self.by_slug({slug})

    def may_undo(self, import_run: ImportRun) -> bool:
        """Whether each of its rows belongs to a tenant that this person may change now."""
        if self.tenants is None:
            return True

        tenant_ids = list(self.tenants.values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(TOUCHED_OTHERS, [import_run.pk, tenant_ids])
            return not cursor.fetchone()[0]


def allowed_to(user: User) -> Allowed:
    """A manager's import adds no tenants: it could test which names are taken, by the thousand."""
    everything = scope_of(user).changeable is None
    return Allowed(user, None if everything else Tenant.objects.changeable_by(user))


OPERATOR = Allowed(is_operator=True)
