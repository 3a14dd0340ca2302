"""A web origin from which a tenant's pages may connect; it belongs to that tenant alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tenants.models.callee import Callee
from tenants.models.tenant import Tenant
from tenants.origins import MAX_LENGTH, BadOrigin, parse, suggested
from tenants.scope import OfTenantQuerySet

OVERLAP = (
    "origin_span(tenants_domain.origin, tenants_domain.include_subdomains) && origin_span(%s, %s)"
)


class DomainQuerySet(OfTenantQuerySet["Domain"]):
    def overlapping(self, origin: str, include_subdomains: bool) -> DomainQuerySet:
        """Rows that would break the table's constraint together with a row like this."""
        overlaps = RawSQL(OVERLAP, (origin, include_subdomains), models.BooleanField())  # noqa: S611 - constant
        return self.filter(overlaps)


class Domain(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    origin = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        help_text="Scheme, host and, if it is not the default, port: https://www.example.com. "
        "http only if the page is served without TLS.",
        error_messages={"unique": "This origin is taken already."},
    )
    include_subdomains = models.BooleanField(
        default=False, help_text="Also every name below this host, with the same scheme and port."
    )
    default_callee = models.ForeignKey(
        Callee,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Called from this domain when the page gives no alias, instead of the "
        "tenant's default.",
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["origin"]
        constraints = [
            # An exclusion constraint of the first migration keeps the domains of two tenants from
            # overlapping, subdomains included.
            models.CheckConstraint(
                condition=Q(origin__regex=r"^https?://[^A-Z[:space:]/@?#]+$"),
                name="domain_origin_normal",
            )
        ]

    def __str__(self) -> str:
        return self.origin

    def clean_fields(self, exclude: Any = None) -> None:
        self._normalise()
        super().clean_fields(exclude)

    def clean(self) -> None:
        if self.default_callee and self.default_callee.tenant_id != self.tenant_id:
            raise ValidationError({"default_callee": "This callee belongs to another tenant."})
        if self._is_invalid_origin:  # clean_fields has reported it
            return

        overlapping = Domain.objects.overlapping(self.origin, self.include_subdomains)
        if overlapping.exclude(tenant=self.tenant_id).exists():
            raise ValidationError(
                {"origin": "This origin, or one below or above it, belongs to another tenant."}
            )

    _is_invalid_origin = False

    def _normalise(self) -> None:
        try:
            origin = parse(self.origin)
        except BadOrigin as error:
            self._is_invalid_origin = True
            suggestion = suggested(self.origin)
            advice = f"{error} Write {suggestion}." if suggestion else str(error)
            raise ValidationError({"origin": advice}) from error

        if self.include_subdomains and not origin.can_have_subdomains:
            raise ValidationError(
                {"include_subdomains": "Only a host name with a dot can include its subdomains."}
            )
        self.origin = str(origin)
