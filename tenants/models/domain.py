"""A web origin from which a tenant's pages may connect; it belongs to that tenant alone."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tenants.models.callee import Callee
from tenants.models.stored_json import check_amounts, check_limits
from tenants.models.tenant import Tenant
from tenants.models.wcs_instance import WcsInstance
from tenants.origins import MAX_LENGTH, BadOrigin, Origin, parse, suggested
from tenants.public_suffixes import is_public_suffix, suffix_below
from tenants.scope import OfTenantQuerySet

OVERLAP = (
    "origin_span(tenants_domain.origin, tenants_domain.include_subdomains) && origin_span(%s, %s)"
)

TAKEN = "This origin, or one below or above it, belongs to another tenant."
PUBLIC_SUFFIX = (
    "{0} is a public suffix: different people own the names below it, and nobody owns it alone. "
    "Write the customer's own name, like https://www.customer.{0}."
)
SUFFIX_BELOW = (
    "{} is a public suffix below {}, so these names have different owners. Write each of the "
    "customer's names itself."
)
EVERY_APPS = (
    "Every mobile app has this origin, so it does not tell customers apart: first set the appKey "
    "of each WCS instance that this customer shares, or give the customer an instance alone."
)
# For people who must not learn which origins other tenants have.
UNAVAILABLE = "This origin cannot be used here; ask an administrator."


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
    limits: models.JSONField[Any, Any] = models.JSONField(
        default=dict, db_default={}, blank=True, validators=[check_limits]
    )

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["origin"]
        constraints = [
            # An exclusion constraint of the first migration keeps the domains of two tenants from
            # overlapping, subdomains included.
            models.CheckConstraint(
                condition=Q(origin__regex=r"^(https?|capacitor|ionic)://[^A-Z[:space:]/@?#]+$"),
                name="domain_origin_normal",
            )
        ]

    def __str__(self) -> str:
        return self.origin

    def clean_fields(self, exclude: Any = None) -> None:
        self._normalise()
        super().clean_fields(exclude)

    def clean(self) -> None:
        if self.tenant_id is not None:
            check_amounts(self.limits, self.tenant.currency)
        if self.default_callee and self.default_callee.tenant_id != self.tenant_id:
            raise ValidationError({"default_callee": "This callee belongs to another tenant."})
        if self._is_invalid_origin:  # clean_fields has reported it
            return

        overlapping = Domain.objects.overlapping(self.origin, self.include_subdomains)
        if overlapping.exclude(tenant=self.tenant_id).exists():
            raise ValidationError({"origin": ValidationError(TAKEN, code="taken")})

    _is_invalid_origin = False

    def _normalise(self) -> None:
        try:
            origin = parse(self.origin)
        except BadOrigin as error:
            self._is_invalid_origin = True
            suggestion = suggested(self.origin)
            advice = f"{error} Write {suggestion}." if suggestion else str(error)
            raise ValidationError({"origin": advice}) from error

        self.origin = str(origin)
        problem = self._ownership_problem(origin)
        # A row of before this rule stays as it is, so that the page around it can be saved.
        if problem and not self._is_stored_so():
            raise ValidationError(problem)
        if self.include_subdomains and not origin.can_have_subdomains:
            raise ValidationError(
                {"include_subdomains": "Only a host name with a dot can include its subdomains."}
            )

    @property
    def ownership_warning(self) -> str:
        """Of a stored row, which was perhaps taken before such rows were refused."""
        try:
            problem = self._ownership_problem(parse(self.origin))
        except BadOrigin:
            return ""
        return f"{self.origin}: {next(iter(problem.values()))}" if problem else ""

    def _ownership_problem(self, origin: Origin) -> dict[str, str]:
        """Why this tenant would take other people's visitors, by field."""
        if origin.is_of_every_app and self._shares_an_instance():
            return {"origin": EVERY_APPS}
        if is_public_suffix(origin.host):
            return {"origin": PUBLIC_SUFFIX.format(origin.host)}

        below = suffix_below(origin.host) if self.include_subdomains else ""
        return {"include_subdomains": SUFFIX_BELOW.format(below, origin.host)} if below else {}

    def _shares_an_instance(self) -> bool:
        """Without an appKey by which the customers' apps could be told apart."""
        others = WcsInstance.tenants.through.objects.exclude(tenant=self.tenant_id)
        mine = WcsInstance.objects.filter(tenants=self.tenant_id, app_key="")
        return mine.filter(pk__in=others.values("wcsinstance")).exists()

    def _is_stored_so(self) -> bool:
        same = {"origin": self.origin, "include_subdomains": self.include_subdomains}
        return Domain.objects.filter(pk=self.pk, **same).exists()
