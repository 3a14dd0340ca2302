"""A customer: owns domains, SIP accounts and callees."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from tenants.models.honey_alias import HONEY_ALIAS
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

    slug = models.CharField(
        max_length=63, unique=True, validators=[SLUG], help_text="Short name, like acme-uk."
    )
    name = models.CharField(max_length=200, validators=[ONE_LINE])
    honey_alias = models.CharField(
        max_length=63,
        blank=True,
        validators=[HONEY_ALIAS],
        help_text="An alias that no page uses. Whoever calls it attacks: an alarm is raised.",
    )
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
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

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude)
        if self.pk and self.honey_alias and "honey_alias" not in (exclude or ()):
            self._check_honey_alias()

    def _check_honey_alias(self) -> None:
        if self.callees.filter(alias=self.honey_alias).exists():
            message = "A callee has this alias, so pages may use it."
            raise ValidationError({"honey_alias": message})
