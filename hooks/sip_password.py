"""Which password of its SIP account a session gets, also while another one is being tried."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hooks.facts import Facts
from tenants.models import SipAccount
from tenants.secrets.encryption import SecretUnreadable
from tenants.secrets.fields import secret_field

_PASSWORD = secret_field(SipAccount, "password")
_NEXT_PASSWORD = secret_field(SipAccount, "next_password")


class PasswordChoice(NamedTuple):
    is_next: bool
    # The time at which the next password was entered; None: the current password.
    since: datetime | None = None
    tries: bool = False  # nobody has the next password yet: this session shows whether it works


CURRENT = PasswordChoice(False)


def choose_password(facts: Facts) -> PasswordChoice:
    since = facts.account_next_since
    if since is None:
        return CURRENT
    if facts.session_id is not None:  # it lives: the same hook again, the same answer
        has_next = facts.session_password_since == since
        return PasswordChoice(True, since) if has_next else CURRENT
    if facts.password_trial == "proved":
        return PasswordChoice(True, since)
    return PasswordChoice(True, since, tries=True) if facts.password_trial is None else CURRENT


def open_sip_password(facts: Facts) -> tuple[PasswordChoice, str]:
    """Raises SecretUnreadable. A next password that does not open is not tried."""
    choice = choose_password(facts)
    try:
        return choice, _open_password(facts, choice)
    except SecretUnreadable:
        if not choice.tries:
            raise
        return CURRENT, _open_password(facts, CURRENT)


def _open_password(facts: Facts, choice: PasswordChoice) -> str:
    field = _NEXT_PASSWORD if choice.is_next else _PASSWORD
    token = facts.account_next_password if choice.is_next else facts.account_password
    return field.stored(token or "", facts.account_id, facts.tenant_id).reveal()
