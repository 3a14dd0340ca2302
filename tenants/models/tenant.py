"""A customer: owns domains, SIP accounts and callees."""

from __future__ import annotations

import uuid
from collections.abc import Set as AbstractSet
from typing import Any, Self

from django.contrib.auth.models import AnonymousUser, User
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from tenants.limits import MONEY
from tenants.models.honey_alias import HONEY_ALIAS
from tenants.models.stored_json import (
    check_amounts,
    check_country,
    check_currency,
    check_holidays,
    check_hours,
    check_limits,
    check_operations,
    check_tenants_destinations,
    check_time_zone,
    safe_limits,
)
from tenants.plain_text import LONGEST
from tenants.scope import scope_of

SLUG = RegexValidator(
    r"\A[a-z0-9]+(-[a-z0-9]+)*\Z",
    "Use lower-case letters, digits and single hyphens, like acme-uk.",
)
HTTPS = RegexValidator(
    r"\Ahttps://[^\s/?#@\"'<>\\]+([/?#][^\s\"'<>\\]*)?\Z",
    "An address like https://www.acme.example/contact.",
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

    class WayOut(models.TextChoices):
        NONE = "none", "nothing"
        CALLBACK = "callback", "to be called back: they leave a name and how to reach them"
        LINK = "link", "a text with a link"

    slug = models.CharField(
        max_length=63, unique=True, validators=[SLUG], help_text="Short name, like acme-uk."
    )
    name = models.CharField(max_length=200, validators=[ONE_LINE])
    honey_alias = models.CharField(
        max_length=63,
        blank=True,
        default="",
        db_default="",
        validators=[HONEY_ALIAS],
        help_text="An alias that no page uses. Whoever calls it attacks: an alarm is raised.",
    )
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
    label_is_shown = models.BooleanField(
        "show the ticket's label to the agent",
        default=False,
        db_default=False,
        help_text="As the caller's name, where the ticket of the customer's back end has a label.",
    )
    way_out = models.CharField(
        "where no call comes about",
        max_length=16,
        choices=WayOut.choices,
        default=WayOut.NONE,
        db_default=WayOut.NONE,
        help_text="What the button offers when you are closed, busy or do not answer, or a limit "
        "refuses the call. It needs the gateway's tickets.",
    )
    way_out_text = models.CharField(
        "text of the link",
        max_length=100,
        blank=True,
        default="",
        db_default="",
        validators=[ONE_LINE],
    )
    way_out_url = models.CharField(
        "address of the link",
        max_length=300,
        blank=True,
        default="",
        db_default="",
        validators=[HTTPS],
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
    country = models.CharField(
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[check_country],
        help_text="Two capital letters, like DE: how numbers without a country code are read, "
        "and where calls may go unless destinations say otherwise.",
    )
    currency = models.CharField(
        max_length=3,
        default="EUR",
        db_default="EUR",
        validators=[check_currency],
        help_text="Three capital letters, like EUR: of the limits and rates.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        db_default="UTC",
        validators=[check_time_zone],
        help_text="Of the opening hours and of the limits per day and month, like Europe/Berlin.",
    )
    limits: models.JSONField[Any, Any] = models.JSONField(
        default=safe_limits,
        db_default=safe_limits(),  # where a gateway of before limits adds a tenant
        blank=True,
        validators=[check_limits],
    )
    # Null: people set the limits. Otherwise an upgrade did, from what the tenant had done.
    limits_fitted_at = models.DateTimeField(null=True, editable=False)
    # Null: the tenant's own country, with everyday types of numbers.
    destinations: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, default=None, validators=[check_tenants_destinations]
    )
    # Null: always open.
    hours: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, default=None, validators=[check_hours]
    )
    holidays: models.JSONField[Any, Any] = models.JSONField(
        default=list, db_default=[], blank=True, validators=[check_holidays]
    )
    stream_publishers = models.PositiveIntegerField(
        "publishers at once",
        default=10,
        db_default=10,
        validators=[MinValueValidator(1)],
        help_text="Of all the tenant's streams together.",
    )
    stream_players = models.PositiveIntegerField(
        "players at once",
        default=100,
        db_default=100,
        validators=[MinValueValidator(1)],
        help_text="Of all the tenant's streams together.",
    )
    message_operations: models.JSONField[Any, Any] = models.JSONField(
        "operations",
        db_column="message_operation_list",  # gateways of before read a text in message_operations
        default=list,
        db_default=[],
        blank=True,
        validators=[check_operations],
        help_text="The messages that pages may send. Empty: none.",
    )
    message_bytes = models.PositiveIntegerField(
        "longest message",
        default=LONGEST,
        db_default=LONGEST,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST)],
        help_text="Bytes.",
    )
    messages_a_minute = models.PositiveIntegerField(
        "messages a minute",
        default=20,
        db_default=20,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
        help_text="Of one visitor's connection.",
    )
    messages_a_minute_of_all = models.PositiveIntegerField(
        "messages a minute of all",
        default=600,
        db_default=600,
        validators=[MinValueValidator(1), MaxValueValidator(60_000)],
        help_text="Of all the tenant's visitors together.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if self._stored_country not in (None, self.country):
            self.callees.renumber()
        self._stored_country = self.country

    @property
    def has_prices(self) -> bool:
        """Until then its currency tells nothing, so it may be chosen freely."""
        return self.rates.exists() or self.sip_accounts.filter(internal_rate__gt=0).exists()

    @property
    def limits_money(self) -> bool:
        """Itself, or in one of its domains, SIP accounts or callees, also a disabled one."""
        things = (self.domains, self.sip_accounts, self.callees)
        return not MONEY.isdisjoint(self.limits) or any(
            rows.filter(limits__has_any_keys=[*MONEY]).exists() for rows in things
        )

    def clean(self) -> None:
        """How many digits an amount may have depends on the currency."""
        check_amounts(self.limits, self.currency)
        if self.way_out == self.WayOut.LINK and not (self.way_out_text and self.way_out_url):
            raise ValidationError({"way_out": "A link needs its text and its address."})

    _stored_country: str | None = None

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        tenant = super().from_db(*args, **kwargs)
        tenant._stored_country = tenant.__dict__.get("country")
        return tenant

    def clean_fields(self, exclude: Any = None) -> None:
        super().clean_fields(exclude)
        if self.pk and self.honey_alias and "honey_alias" not in (exclude or ()):
            self._check_honey_alias()

    def _check_honey_alias(self) -> None:
        if self.callees.filter(alias=self.honey_alias).exists():
            message = "A callee has this alias, so pages may use it."
            raise ValidationError({"honey_alias": message})
