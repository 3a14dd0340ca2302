"""Whether CLICKHOOK_SECRET_KEY is there and hard to guess: Django itself only warns of that."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured

SHORTEST = 50  # characters
FEWEST_DIFFERENT = 10
MAKE_ONE = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))' makes a good one"


def find_weakness(key: str) -> str:
    """Empty for a strong key. It repeats nothing of the key."""
    if len(key) < SHORTEST:
        return f"is shorter than {SHORTEST} characters; {MAKE_ONE}"
    if len(set(key)) < FEWEST_DIFFERENT or key.startswith("django-insecure-"):
        return f"can be guessed; {MAKE_ONE}"
    return ""


def find_missing_key() -> str:
    """For a gateway that starts: without this, its pages would fail one by one."""
    from django.conf import settings  # which need this module

    try:
        settings.SECRET_KEY  # noqa: B018 - Django raises where it is empty
    except ImproperlyConfigured:
        return f"CLICKHOOK_SECRET_KEY is missing; {MAKE_ONE}."
    return ""
