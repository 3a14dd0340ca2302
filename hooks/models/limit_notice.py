"""A notice that a limit is nearly or fully used: once in each period of that limit."""

from __future__ import annotations

from django.db import models

from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class LimitNotice(models.Model):
    class Level(models.TextChoices):
        WARNING = "warning", "nearly used up"
        CRITICAL = "critical", "used up"

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="limit_notices", db_index=False
    )
    scope = models.TextField(help_text="Of the meter: the tenant's, or one of what it owns.")
    place = models.TextField(blank=True, help_text="Whose limit; empty: the tenant's own.")
    limit = models.CharField(max_length=32)
    level = models.CharField(max_length=16, choices=Level.choices)
    # A day, a month, or a number that grows with each period of a sliding window.
    period = models.CharField(max_length=16)
    used = models.BigIntegerField()
    most = models.BigIntegerField()
    at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    objects = OfTenantQuerySet["LimitNotice"].as_manager()

    class Meta:
        verbose_name = "notice of a limit"
        verbose_name_plural = "notices of limits"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "scope", "limit", "level", "period"],
                name="limit_notice_once_per_period",
            )
        ]
        indexes = [
            models.Index(fields=["at"], name="limit_notice_by_time"),
            models.Index(fields=["tenant", "at"], name="limit_notice_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.limit} {self.level}"
