"""Slices of talk are reserved before the last one ends, and what has ended is settled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from hooks.duties.reserving import reserve_slices
from hooks.models import Call, Ending, Meter
from tests.duties.turns import take_turn

CENT = 10_000  # millionths
MINUTE = 60  # seconds


@pytest.fixture
def talk(acme, cast):
    """It reserved 5 minutes at 6 cents a minute."""
    acme.connected()
    assert acme.post("call").status == 200
    call = Call.objects.get()
    today = timezone.now()
    call.reservation = call.reservation | {
        "scopes": ["tenant"],
        "seconds": 5 * MINUTE,
        "money": 30 * CENT,
        "day": today.strftime("%Y-%m-%d"),
        "month": today.strftime("%Y-%m"),
        "day_seconds": 5 * MINUTE,
        "day_money": 30 * CENT,
        "rate": [6 * CENT, 0, 1, 1],
        "longest": None,
    }
    call.answered_at = today
    call.save(update_fields=["reservation", "answered_at"])
    meter = meter_of(cast)
    state = meter.state
    state["day"] = [today.strftime("%Y-%m-%d"), 5 * MINUTE, 30 * CENT]
    state["month"] = [today.strftime("%Y-%m"), 5 * MINUTE, 30 * CENT]
    Meter.objects.filter(tenant=cast.acme, scope="tenant").update(state=state)
    return call


def meter_of(cast) -> Meter:
    return Meter.objects.get(tenant=cast.acme, scope="tenant")


def set_limits(cast, **limits) -> None:
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(limits=limits)


def talk_for(call: Call, seconds: int) -> None:
    Call.objects.filter(pk=call.pk).update(answered_at=timezone.now() - timedelta(seconds=seconds))


def end_all_calls() -> None:
    Call.objects.update(ended_at=timezone.now(), ended_by="finish")
    connections.close_all()


def test_nothing_happens_while_the_slice_lasts(talk):
    talk_for(talk, 200)
    assert take_turn(reserve_slices) == ""


def test_the_next_slice_is_reserved_before_the_last_one_ends(talk, cast):
    talk_for(talk, 280)
    assert take_turn(reserve_slices) == "1 slices reserved"
    talk.refresh_from_db()
    assert talk.reservation["seconds"] == 10 * MINUTE
    assert talk.reservation["money"] == meter_of(cast).state["day"][2] == 60 * CENT
    assert take_turn(reserve_slices) == ""


def test_without_money_for_it_the_call_is_ended(talk, cast):
    set_limits(cast, money_per_day="0.50")
    talk_for(talk, 280)
    assert take_turn(reserve_slices) == "1 calls to end"
    assert Ending.objects.get().because == "money"
    assert meter_of(cast).state["day"][2] == 30 * CENT
    assert take_turn(reserve_slices) == ""


def test_the_longest_call_is_ended(talk):
    reservation = talk.reservation | {"longest": 60}
    Call.objects.update(reservation=reservation)
    talk_for(talk, 61)
    assert take_turn(reserve_slices) == "1 calls to end"
    assert Ending.objects.get().because == "longest"


def test_a_talk_is_ended_whose_length_nobody_can_tell(talk):
    """It seems to be answered in the future: PostgreSQL's clock was stepped back."""
    talk_for(talk, -20)
    assert take_turn(reserve_slices) == ""  # as two clocks may differ
    talk_for(talk, -3600)
    assert take_turn(reserve_slices) == "1 calls to end"
    assert Ending.objects.get().because == "money"


def test_a_talk_is_ended_that_seems_to_have_more_reserved_than_ever_is(talk):
    """It talks for two hours, and PostgreSQL's clock was stepped back by one."""
    reservation = talk.reservation | {"seconds": 2 * 3600 + 5 * MINUTE}
    Call.objects.update(reservation=reservation)
    talk_for(talk, 2 * 3600)
    assert take_turn(reserve_slices) == ""
    talk_for(talk, 3600)
    assert take_turn(reserve_slices) == "1 calls to end"
    assert Ending.objects.get().because == "money"


@pytest.mark.parametrize("unreadable", [{"limits": {"money_per_day": "much"}}, {"time_zone": "?"}])
def test_a_limit_that_nobody_can_read_ends_the_call(talk, cast, unreadable):
    """And stops no other tenant's calls from being served."""
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(**unreadable)
    talk_for(talk, 280)
    take_turn(reserve_slices)
    assert Ending.objects.exists()


def test_an_ended_call_is_settled_once(talk, cast):
    now = timezone.now()
    Call.objects.update(answered_at=now - timedelta(seconds=60), ended_at=now, ended_by="finish")
    before = meter_of(cast).state["living"]
    with ThreadPoolExecutor(3) as pool:
        turns = list(pool.map(lambda _: take_turn(reserve_slices), range(3)))
    connections.close_all()
    assert turns.count("1 calls settled") == 1
    talk.refresh_from_db()
    assert talk.cost == meter_of(cast).state["day"][2] == 6 * CENT
    assert meter_of(cast).state["living"] == before - 1


@pytest.mark.parametrize(
    ("ended_by", "seconds", "rang", "cost"),
    [
        ("reaper", 600, False, 30 * CENT),
        ("reaper", 600, True, 30 * CENT),
        ("session", 120, False, 12 * CENT),
        ("session", 4, False, 0),
        ("session", 120, True, 0),
        ("finish", 120, True, 0),
        ("failed", 120, False, 0),
    ],
)
def test_a_call_of_which_nothing_was_reported_counts_as_talked(
    talk, cast, ended_by, seconds, rang, cost
):
    """Of a WCS that reports nothing, every call would be free otherwise."""
    now = timezone.now()
    asked_at = now - timedelta(seconds=seconds - 0.5)
    Call.objects.update(
        asked_at=asked_at,
        ringing_at=asked_at if rang else None,
        answered_at=None,
        ended_at=now,
        ended_by=ended_by,
    )
    assert take_turn(reserve_slices) == "1 calls settled"
    talk.refresh_from_db()
    assert talk.cost == meter_of(cast).state["day"][2] == cost


def test_a_call_that_ends_meanwhile_reserves_nothing(talk, cast, monkeypatch):
    """Between reading and writing its end arrives; the write notices, and the next look settles."""
    from hooks.duties import reserving

    decide = reserving.decide_changes

    def end_it_first(calls):
        if calls.due:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(end_all_calls).result()
        return decide(calls)

    monkeypatch.setattr(reserving, "decide_changes", end_it_first)
    talk_for(talk, 280)
    assert take_turn(reserve_slices) == "1 calls settled"
    talk.refresh_from_db()
    assert talk.reservation["seconds"] == 5 * MINUTE
    assert meter_of(cast).state["day"][2] == talk.cost < 29 * CENT
