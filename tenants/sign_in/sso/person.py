"""Whose account it is that comes from the provider, and what they may do from now on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from tenants.models import Assignment, SecondFactor, SsoIdentity, Tenant
from tenants.roles import Role, give_role, role_of
from tenants.sign_in.ending import end_sessions
from tenants.sign_in.sso.refused import SsoRefused
from tenants.sign_in.sso.rights import read_role, read_tenants, verified_email

UNKNOWN = "Nobody here has the mail address, and CLICKHOOK_OIDC_NEW_ACCOUNTS makes no accounts."
NO_EMAIL = "The account is not linked yet, and the provider vouches for no mail address."
SEVERAL = "Several people here have this mail address."
LINKED_ALREADY = "The person with this mail address is linked to another account of the provider."
INACTIVE = "The person is not active here."
NO_ROLE = "None of the account's groups has a role in CLICKHOOK_OIDC_ROLES."
NO_NAME = "The mail address is taken as a user name, or is none."
LAST_WAY_IN = (
    "This would link the last administrator who signs in with a password. "
    "Keep one for the day on which the provider is away."
)


def recognise(claims: Mapping[str, Any]) -> SsoIdentity:
    """With the role and the tenants that the provider gives. Raises SsoRefused."""
    configuration = settings.CLICKHOOK_OIDC
    role = read_role(claims, configuration.roles_claim, configuration.roles)
    if configuration.roles and role is None:
        _take_rights_away(claims["sub"])
        raise SsoRefused(NO_ROLE)

    with transaction.atomic():
        identity: SsoIdentity = _known(claims["sub"]).first() or _link(claims)
        if not identity.user.is_active:
            raise SsoRefused(INACTIVE)
        if role:
            _give_rights(identity.user, Role(role), claims)
    return identity


def _known(subject: str) -> Any:
    known = SsoIdentity.objects.of(settings.CLICKHOOK_OIDC.issuer, subject)
    return known.select_related("user")


def _link(claims: Mapping[str, Any]) -> SsoIdentity:
    """Of a person with the same mail address, or of a new one. Raises SsoRefused."""
    email, issuer = verified_email(claims), settings.CLICKHOOK_OIDC.issuer
    if not email:
        raise SsoRefused(NO_EMAIL)

    people = User.objects.select_for_update().filter(email__iexact=email)[:2]
    if len(people) > 1:
        raise SsoRefused(SEVERAL)
    user = people[0] if people else _make_person(email)
    if not user.is_active:
        raise SsoRefused(INACTIVE)
    if SsoIdentity.objects.filter(user=user, issuer=issuer).exists():
        raise SsoRefused(LINKED_ALREADY)
    if _is_last_way_in(user):
        raise SsoRefused(LAST_WAY_IN)
    return SsoIdentity.link(user, issuer, claims["sub"])


def _make_person(email: str) -> User:
    """Raises SsoRefused."""
    if not settings.CLICKHOOK_OIDC.makes_accounts:
        raise SsoRefused(UNKNOWN)
    user = User(username=email, email=email)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError:
        raise SsoRefused(NO_NAME) from None
    user.save()
    return user


def _is_last_way_in(user: User) -> bool:
    """Whether nobody could administer this installation while the provider is away."""
    if not (user.is_superuser and user.has_usable_password()):
        return False
    others = User.objects.select_for_update().filter(is_superuser=True, is_active=True)
    ready = SecondFactor.objects.filter(confirmed=True).values("user")
    others = others.filter(pk__in=ready).exclude(pk=user.pk)
    return not any(other.has_usable_password() for other in others)


def _give_rights(user: User, role: Role, claims: Mapping[str, Any]) -> None:
    if role_of(user) != role:
        give_role(user, role)
    if settings.CLICKHOOK_OIDC.tenants_claim:
        _assign(user, read_tenants(claims, settings.CLICKHOOK_OIDC.tenants_claim))


def _assign(user: User, wanted: Mapping[str, bool]) -> None:
    """Short names that no tenant has are left out."""
    found = Tenant.objects.filter(slug__in=wanted).values_list("pk", "slug")
    rights = {pk: wanted[slug] for pk, slug in found}
    held = dict(user.assignments.values_list("tenant", "may_change"))
    user.assignments.exclude(tenant__in=rights).delete()
    for tenant, may_change in rights.items():
        if held.get(tenant) != may_change:
            Assignment.objects.update_or_create(
                user=user, tenant_id=tenant, defaults={"may_change": may_change}
            )


def _take_rights_away(subject: str) -> None:
    """The provider gives the account no role any more: nor has the person one here."""
    for identity in _known(subject):
        give_role(identity.user, Role.NONE)
        end_sessions(identity.user)
