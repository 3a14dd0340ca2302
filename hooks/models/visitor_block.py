"""Visitors who may not connect or call for a while, and how often they went over their limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class VisitorBlockQuerySet(OfTenantQuerySet["VisitorBlock"]):
    def living(self) -> VisitorBlockQuerySet:
        until = Q(until=None) | Q(until__gt=timezone.now())
        return self.filter(until, lifted_at=None)

    def lift(self, by: str) -> int:
        return self.living().update(lifted_at=timezone.now(), lifted_by=by)

    def block(
        self,
        tenant_id: int,
        visitor: str,
        because: str,
        until: datetime | None = None,
        display: str = "",
    ) -> VisitorBlock:
        """At once, whatever their limits; without `until` it lasts until somebody lifts it."""
        named: dict[str, Any] = {"tenant_id": tenant_id, "visitor": visitor}
        living = self.living().filter(**named, until=None).first()
        return living or self.create(
            **named, because=because, until=until, display=display, since=timezone.now()
        )


class VisitorBlock(models.Model):
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="visitor_blocks", db_index=False
    )
    visitor = models.TextField(help_text="A keyed hash of the subject, the login or the address.")
    display = models.TextField("known as", blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Empty: until somebody lifts it.")
    because = models.TextField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.TextField(blank=True)

    objects = VisitorBlockQuerySet.as_manager()

    class Meta:
        ordering = ["-since"]
        indexes = [
            models.Index(fields=["tenant", "visitor"], name="visitor_block_of_visitor"),
            # Not by the tenant first: hooks look up a visitor of a tenant, and find one index only.
            models.Index(fields=["since"], name="visitor_block_by_time"),
        ]

    def __str__(self) -> str:
        return self.display or self.visitor


class VisitorBreach(models.Model):
    pk = models.CompositePrimaryKey("tenant_id", "visitor")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    visitor = models.TextField()
    times = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["since"], name="visitor_breach_since")]

    def __str__(self) -> str:
        return self.visitor
