"""Where a tenant's own system is told what happens, and the secrets that sign what it is told."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import SecretField
from tenants.webhooks.event_types import UnknownEvents, check_event_types
from tenants.webhooks.signing_keys import new_key_pair, new_webhook_secret
from tenants.webhooks.url import LONGEST, BadWebhookUrl, check_webhook_url

MOST_ENDPOINTS = 10  # of one tenant: each event is delivered to all of them
# What changes with a key.
KEY_FIELDS = ("secret", "public_key", "previous_secret", "previous_public_key")


def validate_url(value: str) -> None:
    try:
        check_webhook_url(value, settings.CLICKHOOK_WEBHOOK_ALLOW)
    except BadWebhookUrl as error:
        raise ValidationError(str(error)) from error


def validate_event_types(value: Any) -> None:
    try:
        check_event_types(value)
    except UnknownEvents as error:
        raise ValidationError(str(error)) from error


class TooManyEndpoints(Exception):
    """The tenant has as many endpoints as it may have."""


class WebhookEndpointQuerySet(OfTenantQuerySet["WebhookEndpoint"]):
    def add(self, endpoint: WebhookEndpoint) -> None:
        """Inside a transaction. Raises TooManyEndpoints."""
        if not self.has_room(endpoint.tenant_id):
            raise TooManyEndpoints
        endpoint.save(force_insert=True)

    def has_room(self, tenant_id: int) -> bool:
        """Inside a transaction, at whose end others may ask the same of that tenant."""
        Tenant.objects.select_for_update(no_key=True).get(pk=tenant_id)
        return self.filter(tenant=tenant_id).count() < MOST_ENDPOINTS

    def disable(self, because: str) -> int:
        """How many were enabled until now."""
        return self.filter(enabled=True).update(
            enabled=False, disabled_at=Now(), disabled_because=because[:200]
        )


class WebhookEndpoint(models.Model):
    class Signature(models.TextChoices):
        SECRET = "hmac-sha256", "a secret that the receiver keeps too (HMAC-SHA256)"
        KEY_PAIR = "ed25519", "a key pair, whose public key the receiver has (ed25519)"

    # The secrets are sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="webhook_endpoints", db_index=False
    )
    url = models.CharField(
        "URL",
        max_length=LONGEST,
        validators=[validate_url],
        help_text="Like https://crm.example/clickhook. A redirect is not followed.",
    )
    events: models.JSONField[Any, Any] = models.JSONField(
        "types of events",
        default=list,
        blank=True,
        validators=[validate_event_types],
        help_text="None chosen: all of them, also those of a later version.",
    )
    with_numbers = models.BooleanField(
        "with numbers",
        default=False,
        help_text="Also the number behind an alias, and the SIP login. Without this the receiver "
        "learns neither.",
    )
    enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, editable=False)
    disabled_because = models.CharField(max_length=200, blank=True, editable=False)
    secret = SecretField()
    # Empty where the secret is shared, and no private key.
    public_key = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    previous_secret = SecretField(
        blank=True, editable=False, help_text="Signs as well until it is forgotten."
    )
    previous_public_key = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "created_at"]
        indexes = [
            models.Index(fields=["tenant"], condition=Q(enabled=True), name="webhook_of_tenant"),
            models.Index(fields=["tenant", "created_at"], name="webhook_endpoint_by_time"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def signature(self) -> str:
        return self.Signature.KEY_PAIR if self.public_key else self.Signature.SECRET

    @property
    def signature_title(self) -> str:
        return str(self.Signature(self.signature).label)

    def make_key(self, signature: str) -> str:
        """The shared secret, to be shown once; empty for a key pair. The caller saves the row."""
        if signature == self.Signature.KEY_PAIR:
            self.secret, self.public_key = new_key_pair()
            return ""
        self.secret, self.public_key = new_webhook_secret(), ""
        return str(self.secret.reveal())

    def rotate_key(self, signature: str) -> str:
        """Both sign until `forget_previous_key`. The caller saves KEY_FIELDS."""
        try:
            self.previous_secret = self.secret and self.secret.reveal()
            self.previous_public_key = self.public_key
        except SecretUnreadable:  # its key is lost: a new secret is the remedy
            self.forget_previous_key()
        return self.make_key(signature)

    def forget_previous_key(self) -> None:
        self.previous_secret, self.previous_public_key = None, ""

    def enable(self) -> None:
        self.enabled, self.disabled_at, self.disabled_because = True, None, ""
