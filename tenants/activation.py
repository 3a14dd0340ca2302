"""Who may activate a tenant: whom a manager did not suspend, only an administrator activates."""

from __future__ import annotations

from django.contrib.auth.models import User

from tenants.models import AuditEntry, Tenant
from tenants.roles import Role, role_of

NOT_YOURS = (
    "An administrator or a command suspended this tenant: only an administrator can activate it."
)
_TABLE = Tenant._meta.db_table


def was_suspended_by_manager(tenant_id: int) -> bool:
    """By what the audit says. Without an entry, or if that person is gone, it was not."""
    suspended = Tenant.Status.SUSPENDED.value
    entries = AuditEntry.objects.filter(tenant=tenant_id, object_table=_TABLE)
    suspending = entries.filter(after__status=suspended).exclude(before__status=suspended)
    latest = suspending.order_by("-id").first()
    if latest is None or latest.actor_id is None:
        return False
    actor = User.objects.filter(pk=latest.actor_id).first()
    return actor is not None and role_of(actor) == Role.MANAGER
