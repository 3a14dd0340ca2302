"""A key with which a tenant's own back end signs visitor tickets."""

from __future__ import annotations

import secrets
import uuid

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.secrets.fields import SecretField

MOST_LIVE = 2  # so that a back end can change from one to the other
# What a ticket of the gateway itself names as its key.
GATEWAY_KID = "gateway"
KID = RegexValidator(r"\A[A-Za-z0-9_-]{1,64}\Z", "1 to 64 letters, digits, - and _.")


def new_kid() -> str:
    return f"tk-{secrets.token_hex(6)}"


class TooManyKeys(Exception):
    """The tenant has as many live keys as it may have."""


class TicketKeyQuerySet(OfTenantQuerySet["TicketKey"]):
    def live(self) -> TicketKeyQuerySet:
        return self.filter(retired_at=None)

    def retire(self) -> int:
        """How many lived until now."""
        return self.live().update(retired_at=timezone.now())


class TicketKey(models.Model):
    # The secret is sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="ticket_keys", db_index=False
    )
    kid = models.CharField("key id", max_length=64, default=new_kid, validators=[KID])
    secret = SecretField()
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = TicketKeyQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "created_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kid"], name="ticket_key_once_per_tenant")
        ]

    def __str__(self) -> str:
        return self.kid

    def issue(self) -> str:
        """Inside a transaction. Saves the new row; the secret is shown once. Raises TooManyKeys."""
        Tenant.objects.select_for_update(no_key=True).get(pk=self.tenant_id)
        if TicketKey.objects.live().filter(tenant=self.tenant_id).count() >= MOST_LIVE:
            raise TooManyKeys
        secret = secrets.token_urlsafe(32)
        self.secret = secret
        self.save(force_insert=True)
        return secret

    def clean(self) -> None:
        if self.kid == GATEWAY_KID:
            raise ValidationError({"kid": "This name stands for the gateway's own key."})
