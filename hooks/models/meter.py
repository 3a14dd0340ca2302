"""What one scope of a tenant has used: a row that calls read and write, and nothing else does."""

from __future__ import annotations

from django.db import models

from tenants.models import Tenant


class Meter(models.Model):
    """`version` stands on the tenant's own meter: calls are written only if it is as was read."""

    pk = models.CompositePrimaryKey("tenant_id", "scope")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    scope = models.TextField()
    version = models.BigIntegerField(default=0)
    state = models.JSONField()
    touched_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.scope
