"""A message on its way to one endpoint, with every attempt; and how an endpoint does of late."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from hooks.models.webhook_message import WebhookMessage
from tenants.models import Tenant, WebhookEndpoint
from tenants.scope import OfTenantQuerySet

WAITING = Q(done_at=None)


class WebhookDelivery(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        DELIVERED = "delivered", "delivered"
        FAILED = "failed", "given up"

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    # No foreign key constraints: the outbox is filled within the hooks' own statement.
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        WebhookMessage, models.CASCADE, related_name="deliveries", db_constraint=False
    )
    subject = models.UUIDField(null=True, editable=False)
    state = models.CharField(
        max_length=16, choices=State.choices, default=State.WAITING, db_default=State.WAITING
    )
    tries = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField()
    taken_until = models.DateTimeField(null=True, help_text="A worker has it until then.")
    done_at = models.DateTimeField(null=True)
    status = models.PositiveIntegerField("last HTTP status", null=True)
    # The latest, oldest first: at, milliseconds, status, failure, answer.
    attempts: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])

    objects = OfTenantQuerySet["WebhookDelivery"].as_manager()

    class Meta:
        verbose_name = "webhook delivery"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "message"], name="webhook_delivery_once_per_message"
            )
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "message"], condition=WAITING, name="webhook_due"
            ),
            models.Index(fields=["subject"], condition=WAITING, name="webhook_waiting_of_subject"),
            models.Index(
                fields=["endpoint", "message"],
                condition=Q(state="failed"),
                name="webhook_given_up",
            ),
            models.Index(fields=["tenant", "message"], name="webhook_delivery_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class WebhookStanding(models.Model):
    """Of an endpoint whose last attempt failed."""

    endpoint = models.OneToOneField(
        WebhookEndpoint,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="standing",
        db_constraint=False,
    )
    failing_since = models.DateTimeField()
    problem = models.CharField(max_length=200)
    warned_at = models.DateTimeField(null=True, help_text="By mail, before it is disabled.")

    def __str__(self) -> str:
        return self.problem
