"""A ticket, or a solved challenge, that was used: its row is what makes it good for one time."""

from __future__ import annotations

from django.db import models

from tenants.models import Tenant


class SpentTicket(models.Model):
    pk = models.CompositePrimaryKey("tenant_id", "jti")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    jti = models.TextField()
    session_id = models.UUIDField(null=True, help_text="Empty for a challenge.")
    until = models.DateTimeField(help_text="When it has expired anyway, and the row may go.")

    class Meta:
        indexes = [models.Index(fields=["until"], name="spent_ticket_until")]

    def __str__(self) -> str:
        return self.jti
