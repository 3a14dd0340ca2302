"""The rules that protect the phone that rings."""

from __future__ import annotations

from tests.mutations.mutant import BY_TABLE, Mutant

_RINGING = "tests/hooks/limits/test_ringing.py"
PHONE_RULES = [
    Mutant(
        "ringing_busy",
        "hooks/limits/rules/ringing.py",
        "return Reason.RINGING_BUSY if",
        "return None if",
        f"{_RINGING}::test_so_many_calls_ring_at_once",
    ),
    Mutant(
        "cooling_down",
        "hooks/limits/rules/cool_down.py",
        "return Reason.COOLING_DOWN if cools else None",
        "return None",
        f"{_RINGING}::test_short_and_abandoned_calls_close_a_callee",
    ),
    Mutant(
        "fallback",
        "hooks/limits/fallback.py",
        "verdict.reservation and choice is not asked_for",
        "False",
        f"{_RINGING}::test_after_a_failure_the_next_call_goes_to_the_next_of_the_list",
    ),
    Mutant(
        "a keypad is off unless it is wanted",
        "hooks/policy.py",
        "if not facts.callee_keypad:",
        "if False:",
        BY_TABLE,
    ),
    Mutant("keypad_digits", "hooks/policy.py", "return Reason.KEYPAD_DIGITS", "pass", BY_TABLE),
    Mutant("keypad_no_talk", "hooks/policy.py", "return Reason.KEYPAD_NO_TALK", "pass", BY_TABLE),
    Mutant("keypad_pace", "hooks/policy.py", "else Reason.KEYPAD_PACE", "else None", BY_TABLE),
    *(
        Mutant(f"keypad_pace: {most}", "hooks/limits/keypad.py", line, "False", test)
        for most, line, test in (
            (
                "in a second",
                "len(recent) + digits > MOST_IN_SECOND",
                "tests/hooks/limits/test_keypad.py::test_five_tones_may_come_at_once",
            ),
            (
                "in a call",
                "self.sent + digits > MOST_IN_CALL",
                "tests/hooks/limits/test_keypad.py::test_five_tones_in_a_second_and_sixty_in_a_call",
            ),
        )
    ),
]
