"""The keys that are derived from the installation's own: one for each purpose."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


def ticket_secret(tenant_id: int | None) -> str:
    """Signs the gateway's own tickets for a tenant, so that they are worth nothing elsewhere."""
    return _derive(f"ticket of tenant {tenant_id}").hex()


def challenge_secret() -> bytes:
    return _derive("challenge")


def visitor_key() -> bytes:
    """With it, what tells visitors apart is hashed."""
    return _derive("visitor")


def visitors_mark() -> str:
    """Two installations tell visitors apart in the same way where this is the same; no secret."""
    return hmac.new(visitor_key(), b"mark", hashlib.sha256).hexdigest()


def _derive(purpose: str) -> bytes:
    return _derive_from(settings.SECRET_KEY, purpose)


@lru_cache(maxsize=10_000)
def _derive_from(secret: str, purpose: str) -> bytes:
    return hmac.new(secret.encode(), f"clickhook {purpose}".encode(), hashlib.sha256).digest()
