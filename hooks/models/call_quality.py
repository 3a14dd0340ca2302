"""How well a call came through, as the visitor's browser reports it; nothing is decided by it."""

from __future__ import annotations

from django.db import models

from hooks.models.call import Call
from tenants.models import Tenant


class CallQuality(models.Model):
    """A row of its own: the hooks write the call's row, and never wait for a stranger's report."""

    call = models.OneToOneField(
        Call,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="quality",
        db_constraint=False,
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    reported_at = models.DateTimeField()
    samples = models.PositiveIntegerField()
    # Packets; null where the browser does not tell.
    received = models.PositiveIntegerField(null=True)
    lost = models.PositiveIntegerField(null=True)
    sent = models.PositiveIntegerField(null=True)
    sent_lost = models.PositiveIntegerField(null=True)
    # Milliseconds: the median of the samples, and the greatest one.
    jitter = models.PositiveIntegerField(null=True)
    jitter_most = models.PositiveIntegerField(null=True)
    round_trip = models.PositiveIntegerField(null=True)
    round_trip_most = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.samples} samples"
