"""Which password of its SIP account a session gets while another one is being tried."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from hooks.facts import Facts


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
