"""What a call to a number costs: the longest prefix of the number decides."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Max, Q

from tenants.countries import country_code
from tenants.models.tenant import Tenant
from tenants.money import write_money
from tenants.scope import OfTenantQuerySet

LONGEST_PREFIX = 15  # digits of a number
PREFIX = RegexValidator(
    rf"\A[1-9][0-9]{{0,{LONGEST_PREFIX - 1}}}\Z",
    "Expected the first digits of a number, with its country code and without + or 00, like 4930.",
)
AFTER_DIGITS = ":"  # sorts behind every digit


class RateQuerySet(OfTenantQuerySet["Rate"]):
    def matching(self, number: str) -> RateQuerySet:
        """The rates of this number, the one that decides first."""
        prefixes = [number[:length] for length in range(1, len(number) + 1)]
        return self.filter(prefix__in=prefixes).order_by("-prefix")

    def dearest(self, countries: Iterable[str]) -> Rate | None:
        """The highest price per minute, then the highest connect fee, in these countries.

        It looks at whole country codes, so for one country of +1 it may be another one's rate. At
        most it reads the index entries of one deck.
        """
        rates = self.in_countries(countries)
        return rates.order_by("-per_minute", "-connect_fee", "prefix").first()

    def in_countries(self, countries: Iterable[str]) -> RateQuerySet:
        prefix_of_code = Q()
        for code in {country_code(country) for country in countries}:
            shorter = [code[:length] for length in range(1, len(code))]
            prefix_of_code |= Q(prefix__gte=code, prefix__lt=code + AFTER_DIGITS)
            prefix_of_code |= Q(prefix__in=shorter)
        return self.filter(prefix_of_code) if prefix_of_code else self.none()

    def highest(self) -> dict[str, int | None]:
        """Of each number of a rate the highest, which may be those of several rates."""
        names = ("per_minute", "connect_fee", "first_increment", "next_increment")
        return self.aggregate(**{name: Max(name, default=None) for name in names})


class Rate(models.Model):
    """Only an import changes rates; its entry in the audit tells of all of them."""

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="rates", db_index=False
    )
    # In the order of bytes, so that the prefixes of a country are one stretch of the index.
    prefix = models.CharField(max_length=LONGEST_PREFIX, db_collation="C", validators=[PREFIX])
    # Millionths of the currency's unit.
    per_minute = models.BigIntegerField(validators=[MinValueValidator(0)])
    connect_fee = models.BigIntegerField(default=0, validators=[MinValueValidator(0)])
    # Seconds.
    first_increment = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1)])
    next_increment = models.PositiveIntegerField(default=60, validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "prefix"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "prefix"], name="rate_prefix_once_per_tenant")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}: {write_money(self.per_minute)} {self.currency} a minute"
