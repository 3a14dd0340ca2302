"""The roles, and how a person gets one."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db.models import TextChoices

from tenants.scope import AUDITORS


class Role(TextChoices):
    ADMINISTRATOR = "administrator", "platform administrator: sees and changes everything"
    MANAGER = "manager", "account manager: the tenants below"
    AUDITOR = "auditor", "auditor: sees everything, changes nothing"
    NONE = "none", "none: cannot sign in"


def role_of(user: User) -> Role:
    if not user.is_staff:
        return Role.NONE
    if user.is_superuser:
        return Role.ADMINISTRATOR
    is_auditor = any(group.name == AUDITORS for group in user.groups.all())
    return Role.AUDITOR if is_auditor else Role.MANAGER


def give_role(user: User, role: Role) -> None:
    """The user is saved already."""
    user.is_superuser, user.is_staff = role == Role.ADMINISTRATOR, role != Role.NONE
    user.save(update_fields=["is_superuser", "is_staff"])
    auditors, _ = Group.objects.get_or_create(name=AUDITORS)
    user.groups.set([auditors] if role == Role.AUDITOR else [])
    user.user_permissions.clear()
