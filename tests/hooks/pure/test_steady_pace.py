"""Seldom ones need not wait, and a flood of them comes at a steady pace."""

from __future__ import annotations

import pytest

from hooks.steady_pace import LONGEST, SteadyPace

NOW = 5000.0


def test_some_come_at_once_and_then_one_after_the_other():
    pace = SteadyPace(a_second=100, at_once=20)
    waits = [pace.take_turn(NOW) for _ in range(23)]

    assert waits[:20] == [0.0] * 20
    assert waits[21:] == pytest.approx([0.01, 0.02], abs=1e-6)


def test_whoever_comes_seldom_never_waits():
    pace = SteadyPace(a_second=100, at_once=20)

    assert not any(pace.take_turn(NOW + number / 100) for number in range(200))


def test_nobody_waits_for_long_and_after_a_pause_nobody_waits():
    pace = SteadyPace(a_second=100, at_once=20)
    waits = [pace.take_turn(NOW) for _ in range(10_000)]

    assert max(waits) == LONGEST
    assert pace.wait_seconds(NOW + 1) == LONGEST - 1
    assert pace.take_turn(NOW + LONGEST + 1) == 0
