"""A customer: owns domains, SIP accounts and callees."""

from __future__ import annotations

import uuid
from collections.abc import Set as AbstractSet

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.functions import RandomUUID
from django.core.validators import RegexValidator
from django.db import models

from tenants.scope import scope_of

SLUG = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    "Use lower-case letters, digits and single hyphens, like acme-uk.",
)
ONE_LINE = RegexValidator(
    r"\A[^\x00-\x1f\x7f-\x9f]*\Z", "No control characters, such as a tab or the end of a line."
)


class TenantQuerySet(models.QuerySet["Tenant"]):
    def visible_to(self, user: User | AnonymousUser) -> TenantQuerySet:
        return self._within(scope_of(user).visible)

    def changeable_by(self, user: User | AnonymousUser) -> TenantQuerySet:
        return self._within(scope_of(user).changeable)

    def _within(self, tenants: AbstractSet[int] | None) -> TenantQuerySet:
        return self.all() if tenants is None else self.filter(pk__in=tenants)


class Tenant(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", "active"
        SUSPENDED = "suspended", "suspended: every connect and call is refused"

    class Tickets(models.TextChoices):
        OFF = "off", "off: tickets are not looked at"
        PREFERRED = "preferred", "preferred: without one, tighter limits hold"
        REQUIRED = "required", "required: without one, nobody connects"

    class Visitors(models.TextChoices):
        ANYONE = "anyone", "anyone"
        MEMBERS = "members", "members: with a login, a token or a ticket of the customer's own"

    slug = models.CharField(
        max_length=63, unique=True, validators=[SLUG], help_text="Short name, like acme-uk."
    )
    name = models.CharField(max_length=200, validators=[ONE_LINE])
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    tickets = models.CharField(
        "visitor tickets",
        max_length=16,
        choices=Tickets.choices,
        default=Tickets.PREFERRED,
        db_default=Tickets.PREFERRED,
        help_text="A ticket shows that a visitor came from the customer's page a moment ago.",
    )
    visitors = models.CharField(
        max_length=16,
        choices=Visitors.choices,
        default=Visitors.ANYONE,
        db_default=Visitors.ANYONE,
        help_text="Who may connect.",
    )
    public_key = models.UUIDField(
        unique=True,
        default=uuid.uuid4,
        db_default=RandomUUID(),
        editable=False,
        help_text="Names the tenant where a page asks for a ticket. Everybody may know it.",
    )
    sip_register_required = models.BooleanField(
        "register at the SIP server",
        default=False,
        help_text="Not needed for calling out. If set, every visitor's browser registers the "
        "shared account, and rings when somebody calls that account.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug
