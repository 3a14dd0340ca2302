"""What is missing before the first call works, one thing at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hooks.calls import checklist
from hooks.calls.checklist import InstanceFacts, SetUpFacts, steps

READY = InstanceFacts("acme-1", "/page/", answers=True, seen=True)
EVERYTHING = SetUpFacts(
    active=True,
    domains=1,
    accounts=1,
    disabled_accounts=0,
    aliases=("sales",),
    has_default=True,
    instances=(READY,),
    connected=True,
    answered=True,
)


def missing(facts):
    return [step for step in steps(facts) if not step.done]


def test_nothing_is_missing_when_a_call_was_answered():
    assert missing(EVERYTHING) == []
    assert len(steps(EVERYTHING)) == 8


@pytest.mark.parametrize(
    ("changes", "sentence", "where"),
    [
        ({"active": False}, "suspended", checklist.STATUS),
        ({"domains": 0}, "https://www.example.com", checklist.DOMAINS),
        ({"domain_problem": "co.uk is shared."}, "co.uk is shared.", checklist.DOMAINS),
        ({"accounts": 0}, "Add a SIP account", checklist.ACCOUNTS),
        ({"accounts": 0, "disabled_accounts": 1}, "Enable a SIP account", checklist.ACCOUNTS),
        ({"aliases": (), "has_default": False}, "Add a callee", checklist.CALLEES),
        ({"price_problem": "No rate.", "price_page": "/import/"}, "No rate.", "/import/"),
        ({"connected": False}, "Open the customer's page", checklist.REFUSALS),
        ({"answered": False}, "Make a call", checklist.REFUSALS),
        ({"instances": (replace(READY, answers=False),)}, "acme-1 has no signing secret", "/page/"),
        ({"instances": ()}, "Add the WCS instance", checklist.INSTANCES),
    ],
)
def test_one_thing_is_missing(changes, sentence, where):
    (step,) = missing(replace(EVERYTHING, **changes))
    assert sentence in step.sentence
    assert step.where == where


def test_a_wcs_that_never_asked_is_to_be_set_up():
    unseen = replace(EVERYTHING, instances=(replace(READY, seen=False),), connected=False)
    assert [step.where for step in missing(unseen)] == [checklist.SET_UP, checklist.REFUSALS]


def test_one_instance_that_is_ready_is_enough():
    assert (
        missing(replace(EVERYTHING, instances=(replace(READY, name="other", answers=False), READY)))
        == []
    )


def test_without_a_default_the_page_must_name_somebody():
    (step,) = [
        step
        for step in steps(replace(EVERYTHING, has_default=False))
        if step.where == checklist.CALLEES
    ]
    assert step.done
    assert "the page must name one: sales." in step.sentence
