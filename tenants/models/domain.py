"""An origin from which a tenant's pages or apps may connect.

It belongs to that tenant alone, unless every mobile app has it.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL

from tenants.models.callee import Callee
from tenants.models.served_apps import find_app_problem
from tenants.models.stored_json import check_amounts, check_limits
from tenants.models.tenant import Tenant
from tenants.origins import EVERY_APPS, MAX_LENGTH, BadOrigin, Origin, parse, suggested
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
# For people who must not learn which origins other tenants have.
UNAVAILABLE = "This origin of a web site or app cannot be used here; ask an administrator."


class DomainQuerySet(OfTenantQuerySet["Domain"]):
    def overlapping(self, origin: str, include_subdomains: bool) -> DomainQuerySet:
        """Rows that would break the table's constraint together with a row like this."""
        overlaps = RawSQL(OVERLAP, (origin, include_subdomains), models.BooleanField())  # noqa: S611 - constant
        return self.filter(overlaps)


class Domain(models.Model):
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    origin = models.CharField(
        max_length=MAX_LENGTH,
        help_text="Scheme, host and, if it is not the default, port: https://www.example.com. "
        "http only if the page is served without TLS.",
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
        indexes = [models.Index(fields=["tenant", "origin"], name="domain_of_tenant")]
        constraints = [
            # An exclusion constraint of the migrations keeps the domains of two tenants from
            # overlapping, subdomains included. For origins of every app, see served_apps.py.
            models.UniqueConstraint(
                fields=["origin", "tenant"],
                name="domain_once_per_tenant",
                violation_error_message="This tenant has this origin already.",
            ),
            models.CheckConstraint(
                condition=Q(origin__regex=r"^(https?|capacitor|ionic)://[^A-Z[:space:]/@?#]+$"),
                name="domain_origin_normal",
            ),
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

        if problem := self._taken_problem():
            raise ValidationError({"origin": ValidationError(problem, code="taken")})

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

    def ownership_warning(self, *, hides_owners: bool) -> str:
        """Of a stored row, which was perhaps taken before such rows were refused."""
        try:
            origin = parse(self.origin)
        except BadOrigin:
            return ""
        shared = self._app_problem() if origin.is_of_every_app else ""
        told = UNAVAILABLE if shared and hides_owners else shared
        problem = next(iter(self._ownership_problem(origin).values()), told)
        return f"{self.origin}: {problem}" if problem else ""

    def _ownership_problem(self, origin: Origin) -> dict[str, str]:
        """Why this tenant would take other people's visitors, by field."""
        if is_public_suffix(origin.host):
            return {"origin": PUBLIC_SUFFIX.format(origin.host)}

        below = suffix_below(origin.host) if self.include_subdomains else ""
        return {"include_subdomains": SUFFIX_BELOW.format(below, origin.host)} if below else {}

    def _taken_problem(self) -> str:
        """Why another tenant's visitors could come here."""
        if self.origin in EVERY_APPS:
            return "" if self._is_stored_so() else self._app_problem()
        overlapping = Domain.objects.overlapping(self.origin, self.include_subdomains)
        return TAKEN if overlapping.exclude(tenant=self.tenant_id).exists() else ""

    def _app_problem(self) -> str:
        if not self.tenant_id:  # it is new as well, and nothing serves it yet
            return ""
        instances = self.tenant.wcs_instances.all()
        problem = find_app_problem(instances, self.tenant.slug, [self.origin])
        return problem.sentence if problem else ""

    def _is_stored_so(self) -> bool:
        same = {"origin": self.origin, "include_subdomains": self.include_subdomains}
        return Domain.objects.filter(pk=self.pk, **same).exists()
