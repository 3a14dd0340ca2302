"""What the ID token says that a person may do; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenants.sign_in.sso.configuration import ROLES

MOST = 1000  # values of one claim that are looked at
VIEW = ":view"  # behind a tenant's short name: not to change
# RFC 8176. A password or a PIN alone is one factor.
SECOND_FACTORS = {"mfa", "otp", "hwk", "swk", "sc", "sms", "tel", "fpt", "face", "iris", "vbm"}


def read_role(claims: Mapping[str, Any], claim: str, roles: Mapping[str, str]) -> str | None:
    """The strongest that one of the person's groups has; None: none has any."""
    given = {roles.get(group) for group in _texts(claims.get(claim))}
    return next((role for role in ROLES if role in given), None)


def read_tenants(claims: Mapping[str, Any], claim: str) -> dict[str, bool]:
    """Whether the person may change it, by the tenant's short name."""
    tenants: dict[str, bool] = {}
    for text in _texts(claims.get(claim)):
        slug = text.removesuffix(VIEW)
        tenants[slug] = tenants.get(slug, False) or not text.endswith(VIEW)
    return tenants


def has_second_factor(claims: Mapping[str, Any], counts: str) -> bool:
    """`counts` is the configuration's: "amr", "provider" or "ours"."""
    if counts == "amr":
        return not SECOND_FACTORS.isdisjoint(_texts(claims.get("amr")))
    return counts == "provider"


def verified_email(claims: Mapping[str, Any]) -> str:
    """Empty where the provider does not vouch for it."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True
    return email if is_verified and isinstance(email, str) and "@" in email else ""


def _texts(value: Any) -> list[str]:
    """Some providers write a single value without a list."""
    values = value[:MOST] if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]
