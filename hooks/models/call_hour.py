"""The calls of one hour added up, for each tenant and, without one, for all tenants together."""

from __future__ import annotations

from django.db import models

from tenants.models import Tenant


class CallHour(models.Model):
    tenant = models.ForeignKey(
        Tenant, models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    hour = models.DateTimeField()
    answered = models.PositiveIntegerField()
    unanswered = models.PositiveIntegerField()
    busy = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    at_once = models.PositiveIntegerField(help_text="The most calls at one moment.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "hour"], nulls_distinct=False, name="call_hour_once_per_tenant"
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id}: {self.hour}"
