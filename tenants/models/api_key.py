"""A key of the management API: what it may do, for whom, and until when. It is stored as a hash."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.api_scopes import WRITE, BadScopes, check_scopes
from tenants.models.tenant import ONE_LINE, Tenant
from tenants.scope import OfTenantQuerySet, Scope

MOST_LIVE = 20  # of one tenant, and of the whole installation
OVERLAP = timedelta(hours=24)  # in which the secret of before a rotation is taken as well
USE_NOTED_EVERY = timedelta(minutes=5)  # so that not every request writes a row
KEY = re.compile(r"ck_(?P<kid>[0-9a-f]{12})_(?P<secret>[A-Za-z0-9_-]{43})")


COMMAND_LINE = "(command line)"  # to whom a command shows a key; no user has such a name
_ROTATED = ("digest", "previous_digest", "previous_until", "issued_to", "previous_issued_to")


class TooManyApiKeys(Exception):
    """The tenant, or the installation, has as many live keys as it may have."""


class IssuedKey(NamedTuple):
    key: ApiKey
    text: str  # what is shown once


def validate_scopes(value: Any) -> None:
    try:
        check_scopes(value)
    except BadScopes as error:
        raise ValidationError(str(error)) from error


def new_kid() -> str:
    return secrets.token_hex(6)


def digest_of(secret: str) -> str:
    """Fast, because nobody can guess 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiKeyQuerySet(OfTenantQuerySet["ApiKey"]):
    def live(self) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)

    def has_room(self, tenant: Tenant | None) -> bool:
        return self.live().filter(tenant=tenant)[:MOST_LIVE].count() < MOST_LIVE

    def named(self, shown_id: str) -> Self:
        """By the part of a key that may be shown."""
        return self.filter(kid=shown_id.removeprefix("ck_"))

    def revoke(self) -> int:
        """How many were not revoked before."""
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())

    def of_unknown_holders(self) -> Self:
        """Those that live, and nobody knows who saw a secret that works."""
        is_taken = Q(previous_until__gt=timezone.now())
        return self.live().filter(Q(issued_to="") | is_taken & Q(previous_issued_to=""))

    def find(self, text: str) -> ApiKey | None:
        """The key of that text, also one that has ended."""
        match = KEY.fullmatch(text)
        key = self.select_related("tenant").filter(kid=match["kid"]).first() if match else None
        return key if match and key and key.accepts(match["secret"]) else None


class ApiKey(models.Model):
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="api_keys",
        db_index=False,
        help_text="Empty: all tenants, new ones, and the WCS instances.",
    )
    name = models.CharField(
        max_length=100, validators=[ONE_LINE], help_text="Who uses it, like crm of acme."
    )
    kid = models.CharField("key id", max_length=12, unique=True, default=new_kid, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    previous_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    previous_until = models.DateTimeField(null=True, editable=False)
    # Whom the secret was shown to, so that nobody confirms what they asked for with a key. Empty:
    # not recorded, as of a key that is older than these columns.
    issued_to = models.CharField(max_length=150, default="", db_default="", editable=False)
    previous_issued_to = models.CharField(max_length=150, default="", db_default="", editable=False)
    scopes: models.JSONField[Any, Any] = models.JSONField(
        default=list, validators=[validate_scopes], help_text="What it may read and write."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(
        "expires at", null=True, blank=True, help_text="In UTC. Empty: never."
    )
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["tenant", "created_at"]
        indexes = [models.Index(fields=["tenant", "created_at"], name="api_key_by_time")]

    def __str__(self) -> str:
        return f"{self.shown_id} ({self.name})"

    @property
    def shown_id(self) -> str:
        """The part of the key that may be shown and logged."""
        return f"ck_{self.kid}"

    @property
    def scope(self) -> Scope:
        tenants = None if self.tenant_id is None else frozenset([self.tenant_id])
        writes = any(scope.endswith(WRITE) for scope in self.scopes)
        return Scope(tenants, tenants if writes else frozenset())

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def accepts(self, secret: str) -> bool:
        given = digest_of(secret)
        is_current = hmac.compare_digest(given, self.digest)
        was_current = hmac.compare_digest(given, self.previous_digest)
        is_in_time = self.previous_until is not None and timezone.now() < self.previous_until
        return is_current or (was_current and is_in_time)

    @property
    def holders(self) -> list[str]:
        """The names of those who saw a secret that works; empty where that was not recorded."""
        is_taken = self.previous_until is not None and timezone.now() < self.previous_until
        return [self.issued_to, *([self.previous_issued_to] if is_taken else [])]

    def issue(self, issued_to: str = "") -> IssuedKey:
        """Inside a transaction. Saves the new row. Raises TooManyApiKeys."""
        if self.tenant_id is not None:  # others who ask the same wait
            Tenant.objects.select_for_update(no_key=True).get(pk=self.tenant_id)
        if not ApiKey.objects.has_room(self.tenant):
            raise TooManyApiKeys
        text, self.issued_to = self._new_secret(), issued_to
        self.save(force_insert=True)
        return IssuedKey(self, text)

    def rotate(self, issued_to: str = "") -> IssuedKey:
        """The secret of before is taken for OVERLAP; the one before that no more."""
        self.previous_digest, self.previous_until = self.digest, timezone.now() + OVERLAP
        self.previous_issued_to, self.issued_to = self.issued_to, issued_to
        text = self._new_secret()
        self.save(update_fields=[*_ROTATED])
        return IssuedKey(self, text)

    def note_use(self, now: datetime) -> None:
        if self.last_used_at is None or now - self.last_used_at > USE_NOTED_EVERY:
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)

    def _new_secret(self) -> str:
        secret = secrets.token_urlsafe(32)
        self.digest = digest_of(secret)
        return f"{self.shown_id}_{secret}"
