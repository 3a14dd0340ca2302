"""The rules against attacks: kill switch, honey alias, bypass, proof of domain."""

from __future__ import annotations

from tests.mutations.mutant import BY_TABLE, Mutant

_SWITCH = "tests/duties/test_kill_switch.py"
_CALLS_REFUSED = f"{_SWITCH}::test_from_then_on_calls_are_refused_and_later_allowed_again"
ATTACK_RULES = [
    Mutant(
        "switched_off",
        "hooks/policy.py",
        "return _switched_off(facts.switched_off)",
        "pass",
        BY_TABLE,
    ),
    Mutant("tenant_moves", "hooks/policy.py", "key.startswith(MOVES)", "False", BY_TABLE),
    Mutant(
        "switched_off: visitor",
        "hooks/statements/switching.py",
        "    \"'visitor ' || tenant.id || ' ' || nullif(session.visitor, '')\",\n",
        "",
        f"{_SWITCH}::test_one_visitor_is_switched_off_and_no_other",
    ),
    *(
        Mutant(f"switched_off: {kind}", "hooks/statements/switching.py", line, "", _CALLS_REFUSED)
        for kind, line in (
            ("callee", "    \"'callee ' || callee.id\",\n"),
            ("domain", "    \"'domain ' || domain.id\",\n"),
        )
    ),
    Mutant(
        "the kill switch: a call is decided again",
        "hooks/wcs/kill_switch/switching.py",
        "cursor.execute(BUMP_VERSIONS,",
        "print(BUMP_VERSIONS,",
        f"{_SWITCH}::test_a_call_that_is_being_decided_is_decided_again",
    ),
    Mutant(
        "the kill switch: living calls end",
        "hooks/wcs/kill_switch/switching.py",
        "calls = end_living_calls(target)",
        "calls: list[EndedCall] = []",
        f"{_SWITCH}::test_living_calls_are_ended_with_the_result_of_each",
    ),
    Mutant("honey_alias", "hooks/policy.py", "return Reason.HONEY_ALIAS", "pass", BY_TABLE),
    Mutant(
        "honey_alias: blocked at once",
        "hooks/recording.py",
        '"times": BREACHES_TO_BLOCK if is_attack else 1,',
        '"times": 1,',
        "tests/hooks/pure/test_settling.py::test_who_tries_the_honey_alias_is_blocked_at_once",
    ),
    *(
        Mutant(
            reason,
            "hooks/policy.py",
            f"return Reason.{reason.upper()}",
            "return Reason.RECORDED",
            BY_TABLE,
        )
        for reason in ("refused_call_went_on", "call_never_asked")
    ),
    Mutant(
        "call_went_elsewhere",
        "hooks/policy.py",
        "return Reason.CALL_WENT_ELSEWHERE if",
        "return Reason.RECORDED if",
        BY_TABLE,
    ),
    Mutant(
        "a bypass raises an alarm",
        "hooks/duties/alarming.py",
        "('call_never_asked', 'refused_call_went_on', 'call_went_elsewhere', 'honey_alias',",
        "('nothing',",
        "tests/duties/test_alarming.py::test_a_call_that_was_never_asked_for",
    ),
    Mutant(
        "a bypass is ended",
        "hooks/duties/alarming.py",
        "WHERE call_id IS NOT NULL AND kind <> 'honey_alias'",
        "WHERE false",
        "tests/duties/test_alarming.py::test_a_call_that_was_never_asked_for",
    ),
    Mutant(
        "domain_unproved",
        "hooks/policy.py",
        "Reason.DOMAIN_UNPROVED if facts.domain_unproved else None",
        "None",
        BY_TABLE,
    ),
]
