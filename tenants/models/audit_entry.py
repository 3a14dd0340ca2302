"""One entry of the audit, written by the database's triggers (tenants.audit), never changed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.db.models import Q

from tenants.audit.actions import action_title
from tenants.models.tenant import Tenant
from tenants.scope import scope_of


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: User | AnonymousUser) -> AuditEntryQuerySet:
        """What happened to the user's tenants, and what they did that belongs to no tenant."""
        tenants = scope_of(user).visible
        if tenants is None:
            return self.all()
        return self.filter(Q(tenant__in=tenants) | Q(tenant=None, actor=user.pk))


class AuditEntry(models.Model):
    """Without foreign key constraints: an entry outlives its rows, and keeps their names."""

    number = models.BigIntegerField(
        null=True, unique=True, help_text="Its place in the chain, given at commit."
    )
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    actor_name = models.CharField(
        "who", max_length=200, help_text="A user of the admin, or of the server for a command."
    )
    address = models.CharField("from", max_length=200, blank=True)
    via = models.CharField(
        max_length=64, help_text="admin, the name of a command, or sql for anything else."
    )
    action = models.CharField(
        max_length=80, help_text="Like callee:changed, see tenants.audit.actions."
    )
    tenant = models.ForeignKey(
        Tenant, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    tenant_slug = models.CharField("tenant", max_length=63, blank=True)
    object_table = models.CharField(max_length=63, blank=True)
    object_pk = models.CharField(max_length=64, blank=True)
    object_name = models.CharField("what", max_length=400, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "id"], name="audit_of_tenant"),
            models.Index(fields=["actor_name", "id"], name="audit_of_actor"),
            models.Index(fields=["action", "id"], name="audit_of_action"),
            models.Index(fields=["id"], condition=Q(number=None), name="audit_not_sealed"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.action_title} {self.object_name}".rstrip()

    @property
    def action_title(self) -> str:
        return action_title(self.action)
