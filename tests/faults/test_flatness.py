"""The soak's rule for what is flat."""

from __future__ import annotations

import math
import random

import pytest

from tests.faults.soak.flatness import FEWEST, judge

MEMORY, FILES = "worker: memory, KiB", "worker: open files"
SIZE, DEAD = "hooks_eventlog: bytes", "hooks_eventlog: dead rows"


def is_flat(name: str, values: list[float]) -> bool:
    (judged,) = judge([{name: value} for value in values])
    return judged.is_flat


def test_what_grew_during_the_warm_up_alone_is_flat():
    assert is_flat(MEMORY, [50_000 + 2000 * n for n in range(10)] + [70_000.0] * 20)


def test_what_rises_until_the_next_vacuum_is_flat():
    assert is_flat(DEAD, [100_000.0 * (n % 6) for n in range(60)])


@pytest.mark.parametrize(("name", "step"), [(MEMORY, 600), (FILES, 1), (SIZE, 4e6)])
def test_what_grows_all_the_time_is_not(name, step):
    assert not is_flat(name, [60_000 + step * n for n in range(30)])


def test_what_comes_and_goes_is_flat():
    chance = random.Random(1)
    assert is_flat(FILES, [1470.0 + chance.choice((0, 0, 70, 140)) for _ in range(150)])


def test_what_grows_beneath_ups_and_downs_is_not():
    chance = random.Random(1)
    assert not is_flat(FILES, [1470.0 + n + chance.choice((0, 0, 70, 140)) for n in range(150)])


def test_what_appears_late_is_not():
    assert not is_flat(MEMORY, [0.0] * 20 + [60_000.0] * 10)


def test_rows_that_are_kept_are_not_judged():
    assert judge([{"hooks_eventlog: rows": float(n)} for n in range(30)]) == []


def test_too_few_samples_are_not_judged():
    with pytest.raises(ValueError, match="too few"):
        judge([{MEMORY: math.inf}] * (FEWEST - 1))
