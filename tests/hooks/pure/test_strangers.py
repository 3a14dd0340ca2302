"""Seldom strangers are answered at once, and a flood of them at a steady pace."""

from __future__ import annotations

import pytest

from hooks.strangers import A_SECOND, AT_ONCE, LONGEST, Pace


def test_some_are_answered_at_once_and_then_one_after_the_other():
    pace = Pace()
    waits = [pace.take_turn(50.0) for _ in range(AT_ONCE + 3)]

    assert waits[: AT_ONCE + 1] == [0.0] * (AT_ONCE + 1)
    assert waits[AT_ONCE + 1 :] == pytest.approx([1 / A_SECOND, 2 / A_SECOND])


def test_whoever_comes_seldom_never_waits():
    pace = Pace()

    assert not any(pace.take_turn(50 + number / A_SECOND) for number in range(5 * AT_ONCE))


def test_nobody_waits_for_long_and_after_a_pause_nobody_waits():
    pace = Pace()
    waits = [pace.take_turn(50.0) for _ in range(10_000)]

    assert max(waits) == LONGEST
    assert pace.take_turn(50 + LONGEST + 1) == 0
