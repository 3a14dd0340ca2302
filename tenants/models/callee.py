"""Whom a visitor may call: an alias for the page, and the number, which the page never sees."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from tenants.destinations import read_destination
from tenants.fallback import aliases_of
from tenants.models.stored_json import (
    check_amounts,
    check_callees_destinations,
    check_fallback,
    check_limits,
)
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


BATCH = 5000  # rows
MAX_NUMBER = 20  # digits
LONGEST_COOL_DOWN = 86_400  # seconds


class CalleeQuerySet(OfTenantQuerySet["Callee"]):
    def renumber(self) -> None:
        """Reads every target again: its tenant's country has changed."""
        changed = []
        for callee in self.select_related("tenant").iterator(BATCH):
            if callee.set_number():
                changed.append(callee)
        Callee.objects.bulk_update(changed, ["number"], BATCH)


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
    # Digits with the country code; empty for a target inside the tenant's own system.
    number = models.CharField(
        max_length=MAX_NUMBER, blank=True, default="", db_default="", editable=False
    )
    default = models.BooleanField(default=False, help_text="Called when the page gives no alias.")
    limits: models.JSONField[Any, Any] = models.JSONField(
        default=dict, db_default={}, blank=True, validators=[check_limits]
    )
    # What is opened for this callee alone, beside what the tenant opens.
    destinations: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, default=None, validators=[check_callees_destinations]
    )
    keypad = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Visitors may send tones during the call, such as for a menu.",
    )
    fallback: models.JSONField[Any, Any] = models.JSONField(
        default=list,
        db_default=[],
        blank=True,
        validators=[check_fallback],
        help_text="Who is called when this one cannot be: aliases in this order, or by weight.",
    )

    ringing_capacity = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many calls may ring there at once; empty: any number.",
    )
    cool_down = models.PositiveIntegerField(
        "cool-down",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_COOL_DOWN)],
        help_text="Seconds without calls after 5 short or abandoned ones in 10 minutes; empty: "
        "such calls close nothing.",
    )

    objects = CalleeQuerySet.as_manager()

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if self.set_number() and fields is not None:
            kwargs["update_fields"] = {*fields, "number"}
        super().save(*args, **kwargs)

    def clean_fields(self, exclude: Any = None) -> None:
        exclude = set(exclude or ())
        if "target" not in exclude:
            try:
                self.target = normalise_target(self.target)
            except BadTarget:
                # The field's validator says it. A row of before a rule stays as it is, so that the
                # page around it can be saved.
                if self._is_stored_so():
                    exclude.add("target")
        super().clean_fields(exclude)

    @property
    def target_warning(self) -> str:
        """Of a stored row, whose target was perhaps taken before such targets were refused."""
        try:
            normalise_target(self.target)
        except BadTarget as error:
            return f"{self.alias}: {error}"
        return ""

    def clean(self) -> None:
        if self._tenant is not None:
            check_amounts(self.limits, self._tenant.currency)
        if self.alias in aliases_of(self.fallback):
            raise ValidationError({"fallback": f"{self.alias} cannot stand in for itself."})

    def _is_stored_so(self) -> bool:
        return Callee.objects.filter(pk=self.pk, target=self.target).exists()

    def set_number(self) -> bool:
        """Whether the number is another now."""
        before, country = self.number, self._tenant.country if self._tenant else ""
        self.number = read_destination(self.target, country).number[:MAX_NUMBER]
        return self.number != before

    @property
    def _tenant(self) -> Tenant | None:
        """None while a form makes both."""
        is_known = "tenant" in self._state.fields_cache or bool(self.tenant_id)
        return self.tenant if is_known else None
