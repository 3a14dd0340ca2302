"""The outbox: something that a tenant's own system is to be told. Triggers of the database fill it.

See hooks/migrations/0016_outbox.py.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from tenants.models import Tenant
from tenants.scope import OfTenantQuerySet


class WebhookMessage(models.Model):
    # Of one call, they grow in the order in which things happened to it.
    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(
        "webhook-id", unique=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False
    )
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    type = models.CharField(max_length=64)
    subject = models.UUIDField(null=True, help_text="The call or the session it is about.")
    happened_at = models.DateTimeField()
    data: models.JSONField[Any, Any] = models.JSONField(default=dict, db_default={})
    # For endpoints that ask for numbers.
    numbers: models.JSONField[Any, Any] = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(db_default=Now())

    objects = OfTenantQuerySet["WebhookMessage"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "created_at"], name="webhook_message_of_tenant"),
            models.Index(fields=["created_at"], name="webhook_message_by_time"),
            models.Index(fields=["subject"], name="webhook_message_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.uid}"
