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
        """Rows that speak for an origin for which the new row would speak too, as the table's constraint sees it."""
        return self.filter(RawSQL(OVERLAP, (origin, include_subdomains), models.BooleanField()))  # noqa: S611 - constant


class Domain(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    origin = models.CharField(
        max_length=MAX_LENGTH,
        unique=True,
        help_text="Scheme, host and, if it is not the usual one, port: https://www.example.com. "
        "http only where the page really is served so.",
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
        help_text="Called from here when the page names nobody, instead of the tenant's default.",
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["origin"]
        constraints = [
            # That no two tenants overlap, subdomains included, is an exclusion constraint made in the first migration.
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
        if self._is_no_origin:  # which has been said already
            return
        overlapping = Domain.objects.overlapping(self.origin, self.include_subdomains)
        if overlapping.exclude(tenant=self.tenant_id).exists():
            raise ValidationError(
                {"origin": "This origin, or one below or above it, belongs to another tenant."}
            )

    _is_no_origin = False

    def _normalise(self) -> None:
        try:
            origin = parse(self.origin)
        except BadOrigin as error:
            self._is_no_origin = True
            meant = suggested(self.origin)
            advice = f"{error} Write {meant}." if meant else str(error)
            raise ValidationError({"origin": advice}) from error
        if self.include_subdomains and not origin.can_have_subdomains:
            raise ValidationError(
                {"include_subdomains": "Only a name with a dot can stand for its subdomains."}
            )
        self.origin = str(origin)
