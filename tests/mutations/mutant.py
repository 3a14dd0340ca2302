"""What one mutation is: a line of the project, and what stands there while the rule is off."""

from __future__ import annotations

from typing import NamedTuple

# Facts and the reason they lead to.
BY_TABLE = "tests/hooks/pure/test_policy.py::test_these_facts_lead_to_this_reason"


class Mutant(NamedTuple):
    rule: str  # a word of Reason, where the rule has one
    file: str
    line: str  # or a part of it; it stands there once
    instead: str
    test: str  # of all its parameters, one must fail
