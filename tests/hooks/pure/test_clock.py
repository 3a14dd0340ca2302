"""The clock of hooks: the machine's own, until it is stepped."""

from __future__ import annotations

import pytest

from hooks import clock as module
from hooks.clock import AGREES, Clock

DATABASE = 1_800_000_000.0  # seconds since 1970


class Machine:
    def __init__(self) -> None:
        self.seconds, self.since_start = DATABASE + 0.3, 500.0

    def time(self) -> float:
        return self.seconds

    def monotonic(self) -> float:
        return self.since_start

    def go_on(self, seconds: float, *, stepped: float = 0.0) -> None:
        self.seconds += seconds + stepped
        self.since_start += seconds


@pytest.fixture
def machine(monkeypatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(module, "time", made)
    return made


def test_a_clock_that_agrees_is_followed(machine):
    clock = Clock()
    clock.learn(DATABASE, delay=0.0)
    machine.go_on(10)

    assert clock.seconds() == DATABASE + 10.3


@pytest.mark.parametrize("step", [3600, -3600, AGREES, -2 * AGREES])
def test_a_step_is_not_followed_and_its_end_is(machine, step):
    clock = Clock()
    clock.learn(DATABASE, delay=0.0)
    machine.go_on(10, stepped=step)
    assert clock.seconds() == DATABASE + 10

    clock.learn(DATABASE + 10, delay=0.0)
    machine.go_on(5, stepped=-step)
    assert clock.seconds() == DATABASE + 15.3


def test_a_machine_that_was_always_wrong_follows_the_database(machine):
    machine.seconds -= 3600
    clock = Clock()
    clock.learn(DATABASE, delay=0.2)
    machine.go_on(1)

    assert clock.seconds() == DATABASE + 1.1


def test_without_a_database_yet_the_machine_is_believed(machine):
    clock = Clock()
    machine.go_on(1)

    assert clock.now().timestamp() == DATABASE + 1.3
