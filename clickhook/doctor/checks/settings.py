"""Settings that are legal, and still not what an installation for others should have."""

from __future__ import annotations

from django.conf import settings
from django.core import checks

from clickhook.doctor.finding import Finding, Findings


def check_settings() -> Findings:
    problems = [*_django_problems(), *_our_problems()]
    yield from problems
    if not problems:
        yield Finding("settings", True, f"The settings fit {settings.CLICKHOOK_PUBLIC_URL}.")


def _django_problems() -> Findings:
    """What `manage.py check --deploy` says; over http on this machine alone, nothing matters."""
    is_https = settings.CLICKHOOK_PUBLIC_URL.startswith("https:")
    for message in checks.run_checks(include_deployment_checks=is_https):
        if message.level >= checks.WARNING and not message.is_silenced():
            sentence = " ".join(str(message.msg).split())
            yield Finding("settings", False, sentence, f"{message.hint or 'See the README.'}")


def _our_problems() -> Findings:
    if "*" in settings.ALLOWED_HOSTS:
        sentence = "The admin answers to every host name."
        yield Finding("settings", False, sentence, "Name the hosts in CLICKHOOK_ALLOWED_HOSTS.")
    if settings.CLICKHOOK_PUBLIC_URL.startswith("https:") and not (
        settings.CLICKHOOK_TRUSTED_PROXIES
    ):
        yield Finding(
            "settings",
            False,
            "TLS ends before this gateway, and CLICKHOOK_TRUSTED_PROXIES is 0: everybody has the "
            "proxy's address.",
            "Set it to the number of your proxies.",
        )
