"""Steps of PostgreSQL's clock: what lived before is not ended for its age, and nothing deleted."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from functools import partial
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hooks.duties import clock_steps
from hooks.duties.clock_steps import ClockSteps
from hooks.duties.pruning import prune
from hooks.duties.reaping import Reaping
from hooks.duties.weeks import keep_weeks
from hooks.models import Call, Event
from tests.duties.turns import take_turn

HOUR, DAY = 3600.0, 86_400.0


def learn(*ahead: float) -> ClockSteps:
    """A look each 5 s, with the clock so far ahead of the true one."""
    steps = ClockSteps()
    steps._ahead = 1e9
    for turn, seconds in enumerate(ahead):
        steps.learn(1e9 + 5 * turn + seconds, 5 * turn)
    return steps


@pytest.mark.parametrize(
    ("ahead", "older"),
    [
        ([0, 0.2, -0.1, 0.3], 0),  # as clocks go
        ([0, HOUR, HOUR], HOUR),
        ([0, -HOUR, -HOUR], 0),
        ([0, HOUR, 0], 0),  # what began before it is as old as it looks
        ([0, -HOUR, 0], HOUR),  # what began in the hour that came twice
        ([0, HOUR, 3 * HOUR], 3 * HOUR),
        ([HOUR, HOUR], HOUR),  # before the worker began
        ([HOUR, 0], 0),
        ([-HOUR, -HOUR], 0),
        ([-HOUR, 0], HOUR),
    ],
)
def test_by_how_much_a_row_may_look_older_than_it_is(ahead, older):
    now = 5.0 * len(ahead)
    assert learn(*ahead).forward_within(HOUR, now) == pytest.approx(older, abs=1)


def test_a_lease_after_the_step_everything_is_as_old_as_it_looks():
    steps = learn(0, HOUR)
    assert steps.forward_within(60, 60.0) == HOUR
    assert steps.forward_within(60, 70.0) == 0


@pytest.mark.proof
def test_a_call_that_rings_is_not_ended_when_the_clock_is_stepped(acme):
    acme.connected()
    assert acme.post("call").status == 200
    Call.objects.update(asked_at=timezone.now() - timedelta(hours=1))

    lost = Reaping(ClockSteps())
    lost._steps.learn(time.time() - HOUR, time.monotonic() - 5)
    told = take_turn(lost.end_lost_calls)
    assert told.startswith("PostgreSQL's clock was stepped forward, or found ahead, by 3595 s")
    assert take_turn(Reaping(ClockSteps()).end_lost_calls) == "closed 1 calls that nobody ended"


@pytest.mark.parametrize("step", [HOUR, 2 * DAY])
def test_a_worker_that_begins_after_a_step_ends_nothing_for_its_age(acme, monkeypatch, step):
    """Of what has not lasted longer than the step and its lease."""
    acme.connected()
    assert acme.post("call").status == 200
    Call.objects.update(asked_at=timezone.now() - timedelta(seconds=step))
    stepped(monkeypatch, -step)
    lost = Reaping(ClockSteps())
    told = take_turn(lost.end_lost_calls)
    assert f"found ahead, by {step:.0f} s: all live as much longer" in told
    assert Call.objects.get().ended_at is None

    Call.objects.update(asked_at=timezone.now() - timedelta(seconds=step, minutes=11))
    assert take_turn(lost.end_lost_calls).startswith("closed 1 calls that nobody ended, Postgre")


def stepped(monkeypatch, seconds):
    """This machine's clock, and not PostgreSQL's."""
    clock = SimpleNamespace(time=lambda: time.time() + seconds, monotonic=time.monotonic)
    monkeypatch.setattr(clock_steps, "time", clock)


@pytest.fixture
def old_event(cast):
    return Event.objects.create(
        hook_id=uuid.uuid4(),
        tenant=cast.acme,
        instance=cast.acme_1,
        received_at=timezone.now() - timedelta(days=1000),
        method="call",
        decision="allowed",
        reason="allowed",
        body={},
    )


@pytest.mark.proof
@pytest.mark.parametrize("seconds", [60, -60])
def test_nothing_is_deleted_while_the_clocks_differ(old_event, monkeypatch, seconds):
    stepped(monkeypatch, seconds)
    with pytest.raises(CommandError, match="Nothing is deleted: .* differ by 60 s"):
        call_command("prune")
    assert (
        take_turn(partial(prune, steps=ClockSteps()))
        == "deletes nothing: PostgreSQL's clock and this machine's differ by 60 s"
    )
    assert take_turn(partial(keep_weeks, steps=ClockSteps())).startswith("drops nothing: ")
    assert Event.objects.exists()


@pytest.mark.proof
def test_nothing_is_deleted_for_a_day_after_a_step_forward(old_event):
    steps = ClockSteps()
    steps.learn(time.time() - 365 * 24 * HOUR, time.monotonic() - 5)
    told = take_turn(partial(prune, steps=steps))
    assert told.startswith("deletes nothing: PostgreSQL's clock was stepped forward, or ")
    assert take_turn(partial(keep_weeks, steps=steps)).startswith("drops nothing: ")
    assert Event.objects.exists()

    assert "1 events" in take_turn(partial(prune, steps=ClockSteps()))
