"""A media server (or a cluster of them) that posts hooks, and the nodes seen behind it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Set as AbstractSet

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from tenants.models.tenant import ONE_LINE, Tenant
from tenants.rest_api_url import LONGEST, BadRestApiUrl, parse_rest_api_url
from tenants.scope import scope_of
from tenants.secrets.encryption import Secret
from tenants.secrets.fields import SecretField

KEY = RegexValidator(r"\A[A-Za-z0-9_-]{8,64}\Z", "8 to 64 letters, digits, - and _.")
NO_COLON = RegexValidator(
    r"\A[^:]*\Z", "No colon: HTTP's Basic authentication ends the user there."
)
NAME = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z", "Letters, digits, . _ and -, like acme-1.")


def new_key() -> str:
    return secrets.token_urlsafe(24)


def new_signing_secret() -> str:
    return secrets.token_urlsafe(32)


class WcsInstanceQuerySet(models.QuerySet["WcsInstance"]):
    def visible_to(self, user: User | AnonymousUser) -> WcsInstanceQuerySet:
        tenants = scope_of(user).visible
        return self.all() if tenants is None else self._for_any_of(tenants)

    def changeable_by(self, user: User | AnonymousUser) -> WcsInstanceQuerySet:
        tenants = scope_of(user).changeable
        return self.all() if tenants is None else self.for_none_but(tenants)

    def for_none_but(self, tenants: AbstractSet[int]) -> WcsInstanceQuerySet:
        """Instances that speak for at least one of these tenants, and for no other."""
        others = WcsInstance.tenants.through.objects.exclude(tenant__in=tenants)
        return self._for_any_of(tenants).exclude(pk__in=others.values("wcsinstance"))

    def _for_any_of(self, tenants: AbstractSet[int]) -> WcsInstanceQuerySet:
        spoken_for = WcsInstance.tenants.through.objects.filter(tenant__in=tenants)
        return self.filter(pk__in=spoken_for.values("wcsinstance"))


class WcsInstance(models.Model):
    # The secrets are sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=63, unique=True, validators=[NAME], help_text="Like acme-1.")
    key = models.CharField(
        max_length=64,
        unique=True,
        default=new_key,
        validators=[KEY],
        help_text="Its part of the hook URL, after /hooks/. Hard to guess, but not a password.",
    )
    signing_secret = SecretField(blank=True, help_text="rest_hook_secret_key of this WCS.")
    previous_signing_secret = SecretField(
        blank=True, editable=False, help_text="Still accepted until every node has the new one."
    )
    unsigned = models.BooleanField(
        default=False,
        help_text="DANGER: answer hooks without a signature. Anybody who reaches the hook URL then "
        "gets the SIP passwords.",
    )
    app_key = models.CharField(
        "appKey",
        max_length=128,
        blank=True,
        validators=[ONE_LINE],
        help_text="The WCS application. The browser chooses it: if a value is set here, hooks of "
        "any other application are refused.",
    )
    rest_api_url = models.CharField(
        "REST API URL",
        max_length=LONGEST,
        blank=True,
        default="",
        db_default="",
        help_text="Like https://wcs.example:8444/rest-api: where calls are listed and ended.",
    )
    rest_api_user = models.CharField(
        "REST API user",
        max_length=150,
        blank=True,
        default="",
        db_default="",
        validators=[ONE_LINE, NO_COLON],
    )
    rest_api_password = SecretField("REST API password", blank=True, default="", db_default="")
    tenants = models.ManyToManyField(Tenant, blank=True, related_name="wcs_instances")

    objects = WcsInstanceQuerySet.as_manager()

    class Meta:
        verbose_name = "WCS instance"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(unsigned=False) | Q(signing_secret="", previous_signing_secret=""),
                name="wcs_instance_unsigned_has_no_secret",
                violation_error_message="An instance either signs or is marked as unsigned, "
                "not both.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        try:
            self.rest_api_url = parse_rest_api_url(self.rest_api_url) if self.rest_api_url else ""
        except BadRestApiUrl as error:
            raise ValidationError({"rest_api_url": str(error)}) from None

    def rotate_signing_secret(self, secret: Secret | str) -> None:
        """Both are accepted until `forget_previous_signing_secret`. The caller saves the row."""
        self.previous_signing_secret = self.signing_secret and self.signing_secret.reveal()
        self.signing_secret = secret

    def forget_previous_signing_secret(self) -> None:
        self.previous_signing_secret = None

    @property
    def answers_nobody(self) -> bool:
        return not self.unsigned and self.signing_secret is None


class WcsNodeQuerySet(models.QuerySet["WcsNode"]):
    def visible_to(self, user: User | AnonymousUser) -> WcsNodeQuerySet:
        return self.filter(instance__in=WcsInstance.objects.visible_to(user))

    def changeable_by(self, user: User | AnonymousUser) -> WcsNodeQuerySet:
        return self.filter(instance__in=WcsInstance.objects.changeable_by(user))


class WcsNode(models.Model):
    """A server of an instance, by the nodeId it gives; recorded when it is first seen."""

    instance = models.ForeignKey(WcsInstance, on_delete=models.CASCADE, related_name="nodes")
    node_id = models.CharField("nodeId", max_length=255)
    first_seen_at = models.DateTimeField()

    objects = WcsNodeQuerySet.as_manager()

    class Meta:
        verbose_name = "WCS node"
        ordering = ["first_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["instance", "node_id"], name="wcs_node_once_per_instance"
            )
        ]

    def __str__(self) -> str:
        return self.node_id
