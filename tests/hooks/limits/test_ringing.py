"""The phone that rings: how many calls at once, rest after many short ones, who is called else."""

from __future__ import annotations

import pytest

from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.reasons import Reason
from tests.hooks.limits.pieces import NOON, Visitors, fallback

HELP, DESK, SHOP = fallback(11, "help"), fallback(12, "desk"), fallback(13, "shop")


def with_fallbacks(*fallbacks, **facts):
    return Visitors(callee_alias="sales", fallbacks=list(fallbacks), **facts)


def test_so_many_calls_ring_at_once():
    visitors = Visitors(callee_ringing_capacity=2)

    assert visitors.count_allowed(3) == 2
    assert visitors.ask().reason is Reason.RINGING_BUSY
    assert visitors.ask(callee_id=10).reason is Reason.ALLOWED
    assert Visitors().count_allowed(9) == 9


@pytest.mark.parametrize(("ringing", "fits"), [(["a", "b"], 0), (["b"], 1), ([], 2), (None, 2)])
def test_a_call_that_was_answered_or_ended_rings_no_more(ringing, fits):
    meters = MeterFacts(meters={"callee 9": {"ringing": ["a", "b"]}}, ringing=ringing)
    visitors = Visitors(callee_ringing_capacity=2, meters=meters)

    assert visitors.count_allowed(3) == fits


def test_a_callee_without_capacity_keeps_no_list_of_calls():
    visitors = Visitors(callee_limits={"calls_per_hour": 9})

    assert visitors.ask().rings_at == ""
    assert visitors.ledger["callee 9"].ringing == ()


SHORT = [
    ({"talked": 0, "rang": 0.5}, True),  # abandoned
    ({"talked": 0, "rang": 40.0, "ended_by": "session"}, True),
    ({"talked": 5, "rang": None}, True),
    ({"talked": 6}, False),
    ({"talked": 0, "rang": None}, False),  # it never rang
    ({"talked": 0, "ended_by": "busy"}, False),
    ({"talked": 3, "ended_by": "failed"}, False),
    ({"talked": None, "ended_by": "reaper"}, False),
]


@pytest.mark.parametrize(("end", "closes"), SHORT)
def test_short_and_abandoned_calls_close_a_callee(end, closes):
    visitors = Visitors(callee_cool_down=300)

    calls = [visitors.ask() for _ in range(6)]
    ends = [visitors.end(call, **end) for call in calls]
    assert ends == [False] * 4 + [closes, False]
    verdict = visitors.ask()
    assert verdict.reason is (Reason.COOLING_DOWN if closes else Reason.ALLOWED)
    assert visitors.ask(callee_id=10).reason is Reason.ALLOWED


def test_a_cool_down_ends():
    visitors = Visitors(callee_cool_down=300)
    for _ in range(5):
        visitors.end(visitors.ask())

    assert visitors.ask(after=299).reason is Reason.COOLING_DOWN
    assert visitors.ask(after=2).reason is Reason.ALLOWED


def test_short_calls_that_are_far_apart_close_nothing():
    visitors = Visitors(callee_cool_down=300)

    assert not any(visitors.end(visitors.ask(after=151)) for _ in range(9))
    assert visitors.ask().reason is Reason.ALLOWED


def test_without_cool_down_short_calls_close_nothing():
    visitors = Visitors(callee_limits={"calls_per_hour": 99})

    assert not any(visitors.end(visitors.ask()) for _ in range(9))
    assert visitors.ask().reason is Reason.ALLOWED


def test_short_calls_are_settled_in_any_order():
    visitors = Visitors(callee_cool_down=300)
    calls = [visitors.ask() for _ in range(5)]

    times = [NOON + after for after in (700, 0, 800, 100, 99)]
    assert not any(visitors.end(call, at=at) for call, at in zip(calls, times, strict=True))


FAILURES = [
    {"ended_by": "busy", "rang": None},
    {"ended_by": "failed", "rang": None},
    {"ended_by": "finish", "rang": 10.0},
    {"ended_by": "session", "rang": 30.0},
]
REACHED = [
    {"ended_by": "finish", "rang": 9.0},  # hung up before anybody could answer
    {"ended_by": "finish", "rang": None},
    {"ended_by": "finish", "talked": 60},
    {"ended_by": "failed", "talked": 60},
    {"ended_by": "reaper", "talked": None},
]


@pytest.mark.parametrize("end", FAILURES)
def test_after_a_failure_the_next_call_goes_to_the_next_of_the_list(end):
    visitors = with_fallbacks(HELP, DESK)
    visitors.end(visitors.ask(), **end)

    second = visitors.ask(after=5)
    assert (second.reason, second.alias, second.target) == (Reason.FALLBACK, "help", "10001")
    assert second.detail == "help, instead of sales: not reached"
    visitors.end(second, **end)
    assert visitors.ask(after=5).alias == "desk"


@pytest.mark.parametrize("end", REACHED)
def test_whoever_was_reached_is_called_again(end):
    visitors = with_fallbacks(HELP)
    visitors.end(visitors.ask(), **end)

    assert visitors.ask(after=5).reason is Reason.ALLOWED


def test_a_failure_is_remembered_for_two_minutes():
    visitors = with_fallbacks(HELP)
    visitors.end(visitors.ask(), ended_by="busy")

    assert visitors.ask(after=119).alias == "help"
    assert visitors.ask(after=2).reason is Reason.ALLOWED


def test_a_failure_is_the_visitors_own():
    visitors = with_fallbacks(HELP, session="s")
    visitors.end(visitors.ask(), ended_by="busy")

    assert visitors.ask(visitor="another").reason is Reason.ALLOWED
    assert visitors.ask(session="another").alias == "help"
    assert visitors.ask(visitor="").reason is Reason.ALLOWED


def test_who_cannot_be_told_apart_is_known_by_their_session():
    visitors = with_fallbacks(HELP, visitor="", session="s")
    visitors.end(visitors.ask(), ended_by="busy")

    assert visitors.ask().alias == "help"
    assert visitors.ask(session="another").reason is Reason.ALLOWED


def test_when_nobody_was_reached_the_first_is_called_again():
    visitors = with_fallbacks(HELP)
    visitors.end(visitors.ask(), ended_by="busy")
    visitors.end(visitors.ask(), ended_by="busy")

    assert visitors.ask().reason is Reason.ALLOWED


REFUSALS = [
    {"callee_ringing_capacity": 1},
    {"callee_limits": {"concurrent_calls": 1}},
    {"callee_limits": {"calls_per_hour": 1}},
]


@pytest.mark.parametrize("facts", REFUSALS)
def test_a_callees_own_refusal_goes_to_the_fallback_at_once(facts):
    visitors = with_fallbacks(HELP, **facts)
    assert visitors.ask().reason is Reason.ALLOWED

    verdict = visitors.ask()
    assert (verdict.reason, verdict.alias) == (Reason.FALLBACK, "help")
    assert verdict.detail.startswith("help, instead of sales: ")
    assert verdict.reservation["callee"] == "11"


def test_a_cool_down_goes_to_the_fallback():
    visitors = with_fallbacks(HELP, callee_cool_down=300)
    for _ in range(5):
        visitors.end(visitors.ask())

    assert visitors.ask().alias == "help"


def test_each_fallback_has_limits_of_its_own():
    full = fallback(11, "help", callee_ringing_capacity=1)
    visitors = with_fallbacks(full, fallback(12, "desk", limits={"calls_per_day": 0}), SHOP,
                              callee_limits={"concurrent_calls": 1})  # fmt: skip

    assert [visitors.ask().alias for _ in range(4)] == ["", "help", "shop", "shop"]
    nobody = with_fallbacks(fallback(12, "desk", limits={"calls_per_day": 0}),
                            callee_limits={"calls_per_hour": 0})  # fmt: skip
    assert nobody.ask().reason is Reason.CALLS_PER_HOUR


def test_what_refuses_everybody_tries_nobody_else():
    visitors = with_fallbacks(HELP, tenant_limits={"concurrent_calls": 1})
    assert visitors.ask().reason is Reason.ALLOWED

    assert visitors.ask().reason is Reason.CONCURRENT_CALLS


def test_a_fallback_is_no_other_callee_to_the_visitors_limits():
    limits = {"visitor": {"callees_per_hour": 1}}
    visitors = with_fallbacks(HELP, callee_ringing_capacity=1, tenant_limits=limits)

    assert visitors.ask().reason is Reason.ALLOWED
    assert visitors.ask().alias == "help"
    assert visitors.ask(callee_id=11).reason is Reason.VISITOR_CALLEES


def test_what_a_call_leaves_in_the_meters_survives_the_database():
    visitors = with_fallbacks(HELP, callee_ringing_capacity=1, callee_cool_down=60)
    visitors.end(visitors.ask(), rang=20.0)
    stored = {row["scope"]: row["state"] for row in visitors.ledger.as_rows()}

    again = Ledger(1, MeterFacts(meters=stored, ringing=["call 1"]))
    assert again["callee 9"].ringing == ("call 1",)
    assert again["callee 9"].short_calls == (NOON,)
    assert again["attempts v"].failed == {"9": NOON}
