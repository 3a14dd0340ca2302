"""Which signatures fit, and whether what let a hook in still holds when it is decided."""

from __future__ import annotations

import dataclasses

import pytest

from hooks.authentication import sign, verify, verify_again
from hooks.facts import Facts
from hooks.hook import Proof
from hooks.reasons import Reason
from tenants.secrets.encryption import SecretUnreadable
from tests.hooks.pure.pieces import (
    PREVIOUS_SIGNING,
    SIGNING,
    instance_facts,
    make_hook,
    seal_signing,
)

BODY = b'{"sessionId": "s"}'
FITTING = sign(SIGNING, BODY)
BOTH = instance_facts(
    instance_previous_signing_secret=seal_signing(PREVIOUS_SIGNING, "previous_signing_secret")
)
NONE = instance_facts(instance_signing_secret="")
UNSIGNED = instance_facts(instance_signing_secret="", instance_unsigned=True)
HEADERS = [
    ("", Reason.SIGNATURE_MISSING),
    ("Basic YTpi", Reason.SIGNATURE_MISSING),
    ("WCS", Reason.SIGNATURE_MISSING),
    ("WCS " + "g" * 32, Reason.SIGNATURE_MISSING),
    ("WCS " + "0" * 31, Reason.SIGNATURE_MISSING),
    ("WCS " + "0" * 33, Reason.SIGNATURE_MISSING),
    ("WCS" + FITTING, Reason.SIGNATURE_MISSING),
    (f"WCS {FITTING}, WCS {FITTING}", Reason.SIGNATURE_MISSING),
    ("WCS " + "٠" * 32, Reason.SIGNATURE_MISSING),
    ("WCS " + "0" * 32, Reason.SIGNATURE_WRONG),
    ("WCS " + sign("another", BODY), Reason.SIGNATURE_WRONG),
    ("WCS " + sign(PREVIOUS_SIGNING, BODY), Reason.SIGNATURE_WRONG),
    ("WCS " + sign(SIGNING, BODY + b" "), Reason.SIGNATURE_WRONG),
    ("WCS " + sign("", BODY), Reason.SIGNATURE_WRONG),
    (f"WCS {FITTING}", Reason.ALLOWED),
    (f"wcs   {FITTING.upper()} ", Reason.ALLOWED),
]


@pytest.mark.parametrize(("header", "reason"), HEADERS)
def test_a_header_leads_to_this_reason(header, reason):
    assert verify(instance_facts().instance, Proof(BODY, header)) is reason


@pytest.mark.parametrize(("header", "_reason"), HEADERS)
def test_without_a_secret_the_mark_alone_decides(header, _reason):
    assert verify(NONE.instance, Proof(BODY, header)) is Reason.SECRET_MISSING
    assert verify(UNSIGNED.instance, Proof(BODY, header)) is Reason.ALLOWED
    assert verify(None, Proof(BODY, header)) is Reason.INSTANCE_UNKNOWN


@pytest.mark.parametrize("secret", [SIGNING, PREVIOUS_SIGNING])
def test_both_secrets_fit_while_they_are_rotated(secret):
    proof = Proof(BODY, f"WCS {sign(secret, BODY)}")

    assert verify(BOTH.instance, proof) is Reason.ALLOWED


def test_a_previous_secret_that_does_not_open_matters_only_where_the_current_one_does_not_fit():
    lost = instance_facts(instance_previous_signing_secret="v1.lost.AAAA").instance

    assert verify(lost, Proof(BODY, f"WCS {FITTING}")) is Reason.ALLOWED
    with pytest.raises(SecretUnreadable):
        verify(lost, Proof(BODY, "WCS " + "0" * 32))


def test_a_secret_sealed_for_another_field_does_not_open():
    moved = instance_facts(instance_signing_secret=seal_signing(field="previous_signing_secret"))

    with pytest.raises(SecretUnreadable):
        verify(moved.instance, Proof(BODY, f"WCS {FITTING}"))


FRESH = instance_facts(instance_signing_secret=seal_signing("the-next"))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts(), Reason.INSTANCE_UNKNOWN),
        (instance_facts(), Reason.ALLOWED),
        (FRESH, Reason.SIGNATURE_WRONG),
        (NONE, Reason.SECRET_MISSING),
        (UNSIGNED, Reason.ALLOWED),
    ],
)
def test_a_hook_is_verified_again_with_what_holds_now(facts, reason):
    assert verify_again(make_hook("connect"), facts) is reason


def test_an_unchanged_instance_is_not_verified_twice():
    hook = make_hook("connect", secret="a secret that would not fit")
    facts = instance_facts()

    assert verify_again(hook, facts) is Reason.SIGNATURE_WRONG
    known = dataclasses.replace(hook, instance=facts.instance)
    assert verify_again(known, facts) is Reason.ALLOWED
    assert verify_again(known, FRESH) is Reason.SIGNATURE_WRONG


def test_a_hook_from_the_spool_was_verified_when_it_arrived():
    hook = dataclasses.replace(make_hook("connect"), proof=None)

    assert verify_again(hook, FRESH) is Reason.ALLOWED
    assert verify_again(hook, Facts()) is Reason.INSTANCE_UNKNOWN
