"""What a tenant's own tokens are verified with: a shared secret, or public keys as a JWKS."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tenants.jwks import BadJwks, check_jwks
from tenants.models.tenant import Tenant
from tenants.scope import OfTenantQuerySet
from tenants.secrets.fields import SecretField

SHORTEST_SECRET = 32  # characters; a shorter one can be guessed from a token


def validate_jwks(value: Any) -> None:
    try:
        check_jwks(value)
    except BadJwks as error:
        raise ValidationError(str(error)) from error


class TokenKey(models.Model):
    # The secret is sealed to the id, so the id is known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="token_key")
    secret = SecretField(blank=True, help_text="For HS256: at least 32 characters.")
    jwks = models.JSONField(
        "JWKS",
        null=True,
        blank=True,
        validators=[validate_jwks],
        help_text="For RS256 and EdDSA: the document of public keys itself; it is never fetched.",
    )

    objects = OfTenantQuerySet["TokenKey"].as_manager()

    def __str__(self) -> str:
        return f"token key of {self.tenant}"

    def clean(self) -> None:
        if not self.secret and not self.jwks:
            raise ValidationError("Enter a secret or a JWKS.")
        if self.secret and len(self.secret.reveal()) < SHORTEST_SECRET:
            raise ValidationError({"secret": f"At least {SHORTEST_SECRET} characters."})
