"""Whether staff get in: through the provider, and on the day on which it is away."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User

from clickhook.doctor.finding import Finding, Findings
from tenants.models import SecondFactor

NO_WAY_IN = "No administrator signs in with a password and a second factor."
KEEP_ONE = (
    "While the provider is away, nobody gets in. Make such an administrator with "
    "`manage.py createsuperuser`, sign in once, and keep what they need in a safe place."
)
FROM_HERE = "See CLICKHOOK_OIDC_ISSUER, and whether this machine reaches it."


def check_single_sign_on() -> Findings:
    if not settings.CLICKHOOK_OIDC.issuer:
        return
    from tenants.sign_in.sso import provider  # needs Authlib
    from tenants.sign_in.sso.refused import SsoRefused

    try:
        provider.check()
    except SsoRefused as refusal:
        yield Finding("single sign-on", False, str(refusal), FROM_HERE)
    else:
        yield Finding("single sign-on", True, "The provider answers.")
    if not _somebody_gets_in_without():
        yield Finding("single sign-on", False, NO_WAY_IN, KEEP_ONE)


def _somebody_gets_in_without() -> bool:
    ready = SecondFactor.objects.filter(confirmed=True).values("user")
    people = User.objects.filter(is_superuser=True, is_active=True, pk__in=ready)
    return any(person.has_usable_password() for person in people)
