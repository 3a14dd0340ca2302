"""How browsers reach this gateway: a proxy ends TLS, so the request does not tell."""

from __future__ import annotations

from django.conf import settings


def public_scheme() -> str:
    return settings.CLICKHOOK_PUBLIC_URL.partition("://")[0] + "://"
