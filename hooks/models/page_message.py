"""A text that a visitor's page sent, and how many in a minute."""

from __future__ import annotations

from django.db import models

from hooks.models.session import Session
from hooks.row_id import new_row_id
from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class PageMessage(models.Model):
    id = models.UUIDField(primary_key=True, default=new_row_id, editable=False)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    session = models.ForeignKey(
        Session,
        on_delete=models.CASCADE,
        related_name="page_messages",
        db_index=False,
        db_constraint=False,
    )
    operation_id = models.CharField("operationId", max_length=64)
    operation = models.CharField(max_length=63)
    text = models.TextField()
    received_at = models.DateTimeField("received")

    objects = OfTenantQuerySet["PageMessage"].as_manager()

    class Meta:
        verbose_name = "message of a visitor"
        verbose_name_plural = "messages of visitors"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "operation_id"], name="page_message_once_per_operation"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "received_at"], name="page_message_of_tenant"),
            models.Index(fields=["received_at"], name="page_message_by_time"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessagePace(models.Model):
    """Of one session; with the id 0 it is that of the whole tenant."""

    pk = models.CompositePrimaryKey("tenant_id", "session_id")
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    session_id = models.UUIDField()
    minute = models.BigIntegerField()  # since 1970
    number = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["minute"], name="message_pace_by_minute")]

    def __str__(self) -> str:
        return f"{self.number} of {self.most}"
