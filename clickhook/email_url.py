"""EMAIL_URL as Django's settings for mail."""

from __future__ import annotations

from typing import Any

import environ

SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "dummymail")
UNREADABLE = f"is no URL of a mail server: {', '.join(f'{scheme}://' for scheme in SCHEMES)}"


def parse_email_url(text: str) -> dict[str, Any]:
    """Raises ValueError, whose message never shows the URL: it may hold a password."""
    if not text:
        return {}
    if text.partition("://")[0] not in SCHEMES:
        raise ValueError(UNREADABLE)
    try:
        parsed: dict[str, Any] = environ.Env.email_url_config(text)
    except (ValueError, KeyError, environ.ImproperlyConfigured):
        raise ValueError(UNREADABLE) from None
    mail = {name: value for name, value in parsed.items() if name.startswith("EMAIL_")}
    return mail | {"EMAIL_PORT": mail.get("EMAIL_PORT") or 25}
