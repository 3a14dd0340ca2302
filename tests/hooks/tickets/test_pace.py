"""The count of who asks how often, which stays small."""

from __future__ import annotations

from hooks.tickets.pace import Pace


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_within_a_window():
    clock = Clock()
    pace = Pace(2, 10.0, clock=clock)

    assert [pace.wait_seconds("a") for _ in range(4)] == [0, 0, 10, 10]
    assert pace.wait_seconds("b") == 0
    clock.now += 9.5
    assert pace.wait_seconds("a") == 1
    clock.now += 0.5
    assert [pace.wait_seconds("a") for _ in range(3)] == [0, 0, 10]


def test_a_look_does_not_count():
    pace = Pace(1, 10.0, clock=Clock())

    assert not pace.is_over("a")
    assert not pace.is_over("a")
    pace.wait_seconds("a")
    assert pace.is_over("a")


def test_of_too_many_names_the_oldest_are_forgotten():
    pace = Pace(1, 10.0, names=3, clock=Clock())
    for name in "abcd":
        pace.wait_seconds(name)

    assert not pace.is_over("a")
    assert pace.is_over("d")
    assert len(pace._counted) == 3
