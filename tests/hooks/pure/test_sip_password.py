"""Which of two SIP passwords a connect is answered with, and what the session remembers of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hooks.reasons import Reason
from hooks.settling import settle
from hooks.sip_password import CURRENT, PasswordChoice, choose_password
from tenants.models import SipAccount
from tenants.secrets.encryption import place
from tenants.secrets.fields import key_ring
from tests.hooks.pure.pieces import (
    ACCOUNT_ID,
    NOW,
    SESSION_ID,
    SIP_PASSWORD,
    TENANT_ID,
    connect_facts,
    make_hook,
    seal_password,
)

NEXT_PASSWORD = "next-sip-password-b2c3"
SINCE = NOW - timedelta(minutes=3)
EARLIER = SINCE - timedelta(days=1)
TRIES, HAS = PasswordChoice(True, SINCE, tries=True), PasswordChoice(True, SINCE)


def seal_next() -> str:
    where = place(TENANT_ID, SipAccount._meta.db_table, ACCOUNT_ID, "next_password")
    return key_ring().seal(NEXT_PASSWORD, where)


def rotating_facts(**changes):
    two = {"account_next_password": seal_next(), "account_next_since": SINCE}
    return connect_facts(**{**two, **changes})


LIVING = {
    "session_id": SESSION_ID,
    "session_opened_at": NOW - timedelta(seconds=5),
    "session_digest": make_hook("connect").payload.digest,
    "connect_answered_before": True,
}
CHOICES = {
    "no other password": (connect_facts(), CURRENT),
    "the first session tries it": (rotating_facts(), TRIES),
    "the others do not": (rotating_facts(password_trial="proving"), CURRENT),
    "it works": (rotating_facts(password_trial="proved"), HAS),
    "it failed": (rotating_facts(password_trial="failed"), CURRENT),
    "the session that tries it asks again": (
        rotating_facts(password_trial="proving", session_password_since=SINCE, **LIVING),
        HAS,
    ),
    "it failed, and the session that tried it asks again": (
        rotating_facts(password_trial="failed", session_password_since=SINCE, **LIVING),
        HAS,
    ),
    "it works, and a session from before asks again": (
        rotating_facts(password_trial="proved", **LIVING),
        CURRENT,
    ),
    "a session of an earlier change asks again": (
        rotating_facts(password_trial="proving", session_password_since=EARLIER, **LIVING),
        CURRENT,
    ),
}


@pytest.mark.parametrize("case", CHOICES)
def test_the_choice_of_a_password(case):
    facts, choice = CHOICES[case]

    assert choose_password(facts) == choice


@pytest.mark.parametrize(
    ("trial", "password", "since", "tries"),
    [
        (None, NEXT_PASSWORD, SINCE, True),
        ("proving", SIP_PASSWORD, None, False),
        ("proved", NEXT_PASSWORD, SINCE, False),
        ("failed", SIP_PASSWORD, None, False),
    ],
)
def test_a_connect_gets_it_and_its_session_remembers(trial, password, since, tries):
    outcome = settle(make_hook("connect"), rotating_facts(password_trial=trial), NOW)

    assert outcome.answer.body["sipPassword"] == password
    opened = outcome.record.opened
    assert (opened["sip_password_since"], opened["tries_password"]) == (since, tries)


def test_a_repeated_connect_gets_the_password_that_its_session_has():
    facts = rotating_facts(password_trial="proving", session_password_since=SINCE, **LIVING)
    outcome = settle(make_hook("connect"), facts, NOW)

    assert outcome.answer.reason is Reason.DUPLICATE
    assert outcome.answer.body["sipPassword"] == NEXT_PASSWORD


def test_a_next_password_that_does_not_open_is_not_tried():
    facts = rotating_facts(account_next_password=seal_password("moved here"))
    outcome = settle(make_hook("connect"), facts, NOW)

    assert outcome.answer.body["sipPassword"] == SIP_PASSWORD
    assert outcome.record.opened["tries_password"] is False


def test_one_that_took_over_and_does_not_open_refuses():
    """Nobody knows whether the old one still works."""
    facts = rotating_facts(account_next_password=seal_password("moved"), password_trial="proved")

    assert settle(make_hook("connect"), facts, NOW).answer.reason is Reason.SECRET_UNREADABLE
