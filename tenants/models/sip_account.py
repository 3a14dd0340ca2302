"""An account at a tenant's SIP server; a tenant's enabled accounts are a pool."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.secrets.fields import SecretField

HOST = RegexValidator(
    r"\A([A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])\Z",
    "A host name or an IP address, without a port.",
)
USER = RegexValidator(
    r"\A[A-Za-z0-9+*#._~!$&=-]+\Z", "Letters, digits and + * # . _ ~ ! $ & = - only."
)


class SipAccount(models.Model):
    # The password is sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="sip_accounts")
    login = models.CharField(
        max_length=64, validators=[USER], help_text="The user part, like 10001."
    )
    authentication_name = models.CharField(
        max_length=128,
        blank=True,
        validators=[USER],
        help_text="If the SIP server expects another name for authentication.",
    )
    password = SecretField()
    domain = models.CharField("SIP domain", max_length=253, validators=[HOST])
    outbound_proxy = models.CharField(
        max_length=253,
        blank=True,
        validators=[HOST],
        help_text="If it is not the SIP domain itself.",
    )
    port = models.PositiveIntegerField(
        default=5060, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    enabled = models.BooleanField(default=True)

    objects = OfTenantQuerySet["SipAccount"].as_manager()

    class Meta:
        verbose_name = "SIP account"
        ordering = ["tenant", "login"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "login", "domain"],
                name="sip_account_once_per_tenant",
                violation_error_message="This tenant has that login at that SIP domain already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.login}@{self.domain}"
