"""A customer: owns domains, SIP accounts and callees."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

SLUG = RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens, like acme-uk.")


class Tenant(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", "active"
        SUSPENDED = "suspended", "suspended: every connect and call is refused"

    slug = models.CharField(max_length=63, unique=True, validators=[SLUG], help_text="Short name, like acme-uk.")
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    sip_register_required = models.BooleanField(
        "register at the SIP server",
        default=False,
        help_text="Visitors only call out, so no. With it, every visitor's browser registers the shared account "
        "and rings when somebody calls that account.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
