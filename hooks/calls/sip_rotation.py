"""How far the change of a SIP account's password is, and what begins, repeats or ends it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from hooks.models import PasswordTrial, Session
from tenants.models import SipAccount
from tenants.secrets.encryption import Secret


class RotationState(StrEnum):
    NONE = "none"  # one password, and no other is being tried
    WAITING = "waiting"
    PROVING = "proving"
    PROVED = "proved"  # it works; sessions with the old password still live
    FAILED = "failed"


SENTENCES = {
    RotationState.NONE: "No other password is being tried.",
    RotationState.WAITING: (
        "The next visitor who connects gets the new password. Everybody else keeps the old one."
    ),
    RotationState.PROVING: (
        "One visitor has the new password. When their browser registers or their call rings, all "
        "new visitors get it. Everybody else keeps the old one."
    ),
    RotationState.PROVED: (
        "The new password works, and new visitors get it. The old one is forgotten when the last "
        "visitor who has it leaves."
    ),
    RotationState.FAILED: (
        "The SIP server did not accept the new password. Everybody keeps the old one. Enter "
        "another password, try this one again, or forget it."
    ),
}


class Rotation(NamedTuple):
    state: RotationState
    since: datetime | None = None
    detail: str = ""
    decided_at: datetime | None = None
    old_sessions: int = 0  # that live with the old password

    @property
    def sentence(self) -> str:
        return SENTENCES[self.state]


def read_rotation(account: SipAccount) -> Rotation:
    since = account.next_since
    if since is None:
        return Rotation(RotationState.NONE)
    trial = PasswordTrial.objects.filter(account=account, since=since).first()
    if trial is None:
        return Rotation(RotationState.WAITING, since)
    old = old_sessions(account, since).count() if trial.state == "proved" else 0
    state = RotationState(trial.state)
    return Rotation(state, since, trial.detail, trial.decided_at, old)


def old_sessions(account: SipAccount, since: datetime) -> QuerySet[Session]:
    living = Session.objects.filter(sip_account=account, ended_at=None)
    return living.exclude(sip_password_since=since)


@transaction.atomic
def begin_rotation(account_id: UUID, password: Secret | str) -> SipAccount:
    """A next password that was proved becomes the current one first.

    Raises SecretUnreadable.
    """
    account = lock_account(account_id)
    if read_rotation(account).state is RotationState.PROVED:
        account.take_next_password()
    account.try_next_password(password, timezone.now())
    account.save(update_fields=["password", "next_password", "next_since"])
    return account


@transaction.atomic
def repeat_trial(account_id: UUID) -> None:
    """Only of one that failed."""
    account = lock_account(account_id)
    if account.next_since:
        tried = PasswordTrial.objects.filter(account=account, since=account.next_since)
        tried.filter(state=PasswordTrial.State.FAILED).delete()


@transaction.atomic
def cancel_rotation(account_id: UUID) -> bool:
    """False: the new password works already, so it stays."""
    account = lock_account(account_id)
    if read_rotation(account).state is RotationState.PROVED:
        return False
    account.forget_next_password()
    account.save(update_fields=["next_password", "next_since"])
    return True


@transaction.atomic
def finish_rotation(account_id: UUID, since: datetime) -> bool:
    """Whether the next password is the only one now. Raises SecretUnreadable."""
    account = lock_account(account_id)
    if account.next_since != since or old_sessions(account, since).exists():
        return False
    account.take_next_password()
    account.save(update_fields=["password", "next_password", "next_since"])
    return True


def lock_account(account_id: UUID) -> SipAccount:
    return SipAccount.objects.select_for_update(no_key=True).get(pk=account_id)
