"""The table of mutations is in step with the code: every rule is in it, and every line is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hooks.reasons import about_limits, about_visitors
from tests.mutations.table import MUTANTS

ROOT = Path(__file__).resolve().parent.parent
# The other reasons of loss prevention, whose sentences stand with those of calls and connects.
OTHERS = {
    *("fallback", "honey_alias", "keypad_digits", "keypad_no_talk", "keypad_pace"),
    *("call_never_asked", "refused_call_went_on", "call_went_elsewhere", "domain_unproved"),
}


def test_every_rule_of_loss_prevention_is_switched_off_once():
    expected = {*about_limits.ADVICE, *about_visitors.ADVICE, *OTHERS}

    assert expected - {mutant.rule for mutant in MUTANTS} == set()
    assert len({mutant.rule for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_its_line_and_its_test_are_there(mutant):
    text = (ROOT / mutant.file).read_text()
    file, _, test = mutant.test.partition("::")

    assert text.count(mutant.line) == 1
    compile(text.replace(mutant.line, mutant.instead), mutant.file, "exec")
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE)
