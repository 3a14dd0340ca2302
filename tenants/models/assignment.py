"""Which tenants an account manager looks after, and which of them they may change."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.models.tenant import Tenant


class Assignment(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments"
    )
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="assignments")
    may_change = models.BooleanField(
        default=False, help_text="Otherwise this person can only view the tenant."
    )

    class Meta:
        verbose_name = "tenant looked after"
        verbose_name_plural = "tenants looked after"
        ordering = ["user", "tenant"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "tenant"],
                name="assignment_once",
                violation_error_message="This tenant is assigned to this person already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.tenant} {'to change' if self.may_change else 'to look at'}"
