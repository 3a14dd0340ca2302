"""Whom a visitor may call: an alias for the page, and the number, which the page never sees."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.targets import MAX_LENGTH, BadTarget, normalise_target

# An alias begins with a letter, so that a number can never be taken for one.
ALIAS = RegexValidator(
    r"\A[a-z][a-z0-9_-]{0,62}\Z",
    "An alias begins with a lower-case letter, then letters, digits, - and _, like sales.",
)


def validate_target(text: str) -> None:
    try:
        normalise_target(text)
    except BadTarget as error:
        raise ValidationError(str(error)) from error


class Callee(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="callees")
    alias = models.CharField(
        max_length=63, validators=[ALIAS], help_text="The name that the page uses, like sales."
    )
    target = models.CharField(
        max_length=MAX_LENGTH,
        validators=[validate_target],
        help_text="The number or SIP URI that is called.",
    )
    default = models.BooleanField(default=False, help_text="Called when the page gives no alias.")

    objects = OfTenantQuerySet["Callee"].as_manager()

    class Meta:
        ordering = ["tenant", "alias"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "alias"],
                name="callee_alias_once_per_tenant",
                violation_error_message="This tenant has a callee of that alias already.",
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(default=True),
                name="callee_one_default_per_tenant",
                violation_error_message="This tenant has a default callee already.",
            ),
        ]

    def __str__(self) -> str:
        return self.alias

    def clean_fields(self, exclude: Any = None) -> None:
        if "target" not in (exclude or ()):
            with suppress(BadTarget):  # the field's validator says it
                self.target = normalise_target(self.target)
        super().clean_fields(exclude)
