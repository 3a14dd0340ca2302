"""An account at a tenant's SIP server; a tenant's enabled accounts are a pool."""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from tenants.models.stored_json import check_amounts, check_limits
from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]", re.ASCII)
_PORT = re.compile(r":([0-9]{1,5})\Z")
USER = RegexValidator(
    r"\A[A-Za-z0-9+*#._~!$&=-]+\Z", "Letters, digits and + * # . _ ~ ! $ & = - only."
)
# Inside a header WCS puts quotes around it, so it holds none.
AUTHENTICATION_NAME = RegexValidator(
    r"\A(?! )[ !#-~]+(?<! )\Z",
    'Letters, digits, blanks within and any punctuation but ", like 10001@tel.provider.example.',
)


def validate_host(text: str) -> None:
    host = _PORT.sub("", text)
    if "transport" in text.lower() and ";" in text:
        raise ValidationError("WCS sets the transport itself: write the host alone.")
    if _HOST.fullmatch(text):
        return

    if _HOST.fullmatch(host):
        port = text.rpartition(":")[2]
        raise ValidationError(
            f"The port has a field of its own: write {port} there and {host} here."
        )
    raise ValidationError("A host name or an IP address, without a port.")


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
        validators=[AUTHENTICATION_NAME],
        help_text="If the SIP server expects another name for authentication.",
    )
    password = SecretField()
    domain = models.CharField("SIP domain", max_length=253, validators=[validate_host])
    outbound_proxy = models.CharField(
        max_length=253,
        blank=True,
        validators=[validate_host],
        help_text="If it is not the SIP domain itself.",
    )
    port = models.PositiveIntegerField(
        default=5060, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    enabled = models.BooleanField(default=True)
    # Null: there is no price, so such calls are refused while money is limited.
    internal_rate = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Price per minute of calls to extensions and SIP URIs, like 0.00. Without one, "
        "they are refused while a limit of money holds.",
    )
    limits: models.JSONField[Any, Any] = models.JSONField(
        default=dict, db_default={}, blank=True, validators=[check_limits]
    )
    # Another password that is tried beside this one; hooks.models.PasswordTrial tells how it went.
    next_password = SecretField(blank=True, default="", db_default="", editable=False)
    next_since = models.DateTimeField(null=True, editable=False)

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

    def clean_fields(self, exclude: Any = None) -> None:
        if "domain" not in (exclude or ()):
            self.domain = self.domain.lower()
        super().clean_fields(exclude)

    def clean(self) -> None:
        if self.tenant_id is not None:
            check_amounts(self.limits, self.tenant.currency)

    def try_next_password(self, secret: Secret | str, now: datetime) -> None:
        """Beside the current one, until it is proved. The caller saves the row, here and below."""
        self.next_password, self.next_since = secret, now

    def take_next_password(self) -> None:
        """Raises SecretUnreadable."""
        self.password = self.next_password and self.next_password.reveal()
        self.forget_next_password()

    def forget_next_password(self) -> None:
        self.next_password, self.next_since = None, None
