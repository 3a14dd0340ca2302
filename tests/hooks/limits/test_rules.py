"""Each rule: what it lets through, what it refuses, and when it lets through again."""

from __future__ import annotations

import json

import pytest

from hooks.limits.meter import DAY
from hooks.reasons import Reason
from tests.hooks.limits.pieces import BERLIN, NOON, Visitors, limit_facts

SCOPES = ["tenant_limits", "domain_limits", "account_limits", "callee_limits"]
IN_TIME = [
    ("calls_per_second", 1, Reason.CALLS_PER_SECOND),
    ("calls_per_minute", 60, Reason.CALLS_PER_MINUTE),
    ("calls_per_hour", 3600, Reason.CALLS_PER_HOUR),
    ("calls_per_day", 86_400, Reason.CALLS_PER_DAY),
]


def test_without_limits_everything_is_allowed():
    assert Visitors().count_allowed(50) == 50


@pytest.mark.parametrize("scope", SCOPES)
def test_so_many_calls_live_at_once(scope):
    visitors = Visitors(**{scope: {"concurrent_calls": 3}})

    assert visitors.count_allowed(5) == 3
    verdict = visitors.ask()
    assert verdict.reason is Reason.CONCURRENT_CALLS
    assert verdict.detail.split()[0] == scope.split("_")[0]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("limit", "seconds", "reason"), IN_TIME)
def test_so_many_calls_in_a_time(scope, limit, seconds, reason):
    visitors = Visitors(**{scope: {limit: 3}})

    assert visitors.count_allowed(5) == 3
    assert visitors.ask().reason is reason
    assert visitors.ask(after=seconds * 0.97).reason is reason
    assert visitors.ask(after=seconds * 0.05).reason is Reason.ALLOWED


def test_zero_closes():
    for limit in ("concurrent_calls", "calls_per_hour", "minutes_per_day"):
        assert Visitors(tenant_limits={limit: 0}).count_allowed(2) == 0


IN_TIME_OF_VISITOR = [
    ("calls_per_10_minutes", 600, Reason.VISITOR_TEN_MINUTES),
    ("calls_per_hour", 3600, Reason.VISITOR_HOUR),
    ("calls_per_day", 86_400, Reason.VISITOR_DAY),
]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize(("limit", "seconds", "reason"), IN_TIME_OF_VISITOR)
def test_one_visitor_calls_so_often(scope, limit, seconds, reason):
    visitors = Visitors(**{scope: {"visitor": {limit: 2}}})

    assert visitors.count_allowed(3) == 2
    assert visitors.ask().reason is reason
    assert visitors.ask(visitor="another").reason is Reason.ALLOWED
    assert visitors.ask(after=seconds * 1.03).reason is Reason.ALLOWED


def test_one_visitor_calls_so_many_different_callees():
    visitors = Visitors(tenant_limits={"visitor": {"callees_per_hour": 2}})

    assert visitors.ask(callee_id=1).reason is Reason.ALLOWED
    assert visitors.ask(callee_id=2).reason is Reason.ALLOWED
    assert visitors.ask(callee_id=3).reason is Reason.VISITOR_CALLEES
    assert visitors.ask(callee_id=1).reason is Reason.ALLOWED
    assert visitors.ask(after=3700, callee_id=3).reason is Reason.ALLOWED


def test_who_cannot_be_told_apart_is_no_single_visitor():
    limits = {"visitor": {"calls_per_hour": 2}}

    assert Visitors(tenant_limits=limits, visitor="").count_allowed(9) == 9


def test_who_has_no_ticket_gets_half_of_each_limit_and_at_least_one():
    limits = {"concurrent_calls": 7}
    visitors = Visitors(tenant_limits=limits, tickets="preferred", visitor="")

    assert visitors.count_allowed(9) == 3
    assert visitors.ask().detail == "unknown visitors"
    assert visitors.count_allowed(9, visitor="holder", ticketed=True) == 4
    one = Visitors(tenant_limits={"concurrent_calls": 1}, tickets="preferred", visitor="")
    assert one.count_allowed(3) == 1


def test_minutes_are_reserved():
    visitors = Visitors(tenant_limits={"minutes_per_day": 12})

    assert visitors.count_allowed(5) == 2  # two slices of five minutes
    assert visitors.ask().reason is Reason.MINUTES_PER_DAY
    assert visitors.ask(after=86_400).reason is Reason.ALLOWED
    month = Visitors(tenant_limits={"minutes_per_month": 10})
    assert month.count_allowed(5) == 2
    assert month.ask(after=86_400).reason is Reason.MINUTES_PER_MONTH
    assert month.ask(after=30 * 86_400).reason is Reason.ALLOWED


def test_money_is_reserved_with_connect_fee_and_increments():
    rate = [100_000, 50_000, 60, 60, "EUR"]  # 0.05, then 0.10 a minute: 0.55 a slice
    visitors = Visitors(rate=rate, tenant_limits={"money_per_day": "2.20"})

    assert visitors.count_allowed(9) == 4
    assert visitors.ask().reason is Reason.MONEY_PER_DAY
    assert visitors.ask(after=86_400).reason is Reason.ALLOWED
    month = Visitors(rate=rate, tenant_limits={"money_per_month": "1.64"})
    assert month.count_allowed(9) == 2
    assert month.ask().reason is Reason.MONEY_PER_MONTH


@pytest.mark.parametrize(("limit", "days"), [("money_per_day", 0), ("money_per_month", 27)])
def test_moving_the_time_zone_back_and_forth_begins_no_day_and_no_month_twice(limit, days):
    visitors = Visitors(clock=NOON + days * 86_400, tenant_limits={limit: "0.30"})

    assert visitors.count_allowed(2, time_zone="UTC") == 1
    assert visitors.count_allowed(2, time_zone="Pacific/Kiritimati") == 1  # the next day there
    for zone in ("UTC", "Asia/Tokyo", "Pacific/Kiritimati"):
        assert visitors.count_allowed(2, time_zone=zone) == 0


@pytest.mark.parametrize(("limit", "seconds"), [("calls_per_minute", 60), ("calls_per_day", DAY)])
def test_calls_before_a_step_of_the_clock_count_for_their_time_and_not_for_ever(limit, seconds):
    visitors = Visitors(tenant_limits={limit: 2})

    assert visitors.count_allowed(3) == 2
    assert visitors.ask(after=-seconds / 2).reason is not Reason.ALLOWED
    assert visitors.ask(after=1.6 * seconds).reason is Reason.ALLOWED
    assert visitors.count_allowed(3) == 1
    visitors.ask(after=-30 * seconds)
    assert visitors.count_allowed(3) == 1


@pytest.mark.parametrize(("limit", "days"), [("money_per_day", 10), ("money_per_month", 90)])
def test_what_was_spent_before_a_step_of_the_clock_is_spent_until_then(limit, days):
    visitors = Visitors(tenant_limits={limit: "0.30"})

    assert visitors.count_allowed(2) == 1
    assert visitors.ask(after=-days * DAY).reason is not Reason.ALLOWED
    assert visitors.ask(after=days * DAY).reason is not Reason.ALLOWED
    assert visitors.ask(after=days * DAY).reason is Reason.ALLOWED


@pytest.mark.parametrize("step", [3600, 2 * DAY])
def test_after_a_step_of_the_clock_to_and_fro_no_day_has_its_money_twice(step):
    visitors = Visitors(tenant_limits={"money_per_day": "0.30"})

    assert visitors.count_allowed(2) == 1
    visitors.ask(after=step)
    assert visitors.count_allowed(2) == 0
    assert visitors.ask(after=-step).reason is Reason.MONEY_PER_DAY
    assert visitors.ask(after=step).reason is Reason.MONEY_PER_DAY
    assert visitors.ask(after=DAY).reason is Reason.ALLOWED


def test_a_day_begins_at_midnight_in_the_tenants_zone():
    visitors = Visitors(tenant_limits={"minutes_per_day": 5})

    assert visitors.ask().reason is Reason.ALLOWED  # 13:00 in Berlin
    assert visitors.ask(after=10.9 * 3600).reason is Reason.MINUTES_PER_DAY
    assert visitors.ask(after=0.2 * 3600).reason is Reason.ALLOWED


MONEY = {"money_per_day": "20.00"}
PRICES = [
    ({"rate": None}, MONEY, Reason.RATE_MISSING),
    ({"rate": None}, {}, Reason.ALLOWED),
    ({"rate": [1, 0, 1, 1, "USD"]}, MONEY, Reason.RATE_CURRENCY),
    ({"callee_number": "4930123457"}, MONEY, Reason.RATE_CURRENCY),
    ({"callee_number": "", "rate": None}, MONEY, Reason.RATE_MISSING),
    ({}, {"price_per_minute": "0.06"}, Reason.ALLOWED),
    ({}, {"price_per_minute": "0.05"}, Reason.PRICE_CEILING),
]


@pytest.mark.parametrize(("facts", "limits", "reason"), PRICES)
def test_while_money_is_limited_a_call_has_a_price(facts, limits, reason):
    assert Visitors(**facts, tenant_limits=limits).ask().reason is reason


INTERNAL = [(None, Reason.INTERNAL_RATE_MISSING), ("0.00", Reason.ALLOWED)]


@pytest.mark.parametrize(("internal_rate", "reason"), INTERNAL)
@pytest.mark.parametrize("target", ["10001", "sip:sales@pbx.example"])
def test_an_extension_costs_what_the_account_says(target, internal_rate, reason):
    facts = {"account_internal_rate": internal_rate, "callee_number": "", "rate": None}
    assert Visitors(target, **facts, tenant_limits=MONEY).ask().reason is reason


DESTINATIONS = [
    ("+4930123456", Reason.ALLOWED),
    ("+442079460000", Reason.DESTINATION_COUNTRY),
    ("+88216000000", Reason.DESTINATION_COUNTRY),
    ("+499001234567", Reason.DESTINATION_TYPE),
    ("+49301", Reason.DESTINATION_INVALID),
]


@pytest.mark.parametrize(("target", "reason"), DESTINATIONS)
def test_a_number_is_in_a_country_and_of_a_type_that_are_opened(target, reason):
    assert Visitors(target, callee_number=target.lstrip("+")).ask().reason is reason


def test_a_number_may_be_opened_for_its_callee_alone():
    opened = '{"countries": ["GB"], "types": ["fixed_line"]}'
    assert Visitors("+442079460000", callee_destinations=opened).ask().reason is Reason.ALLOWED


def test_the_tenant_is_open():
    hours = '{"mon-fri": ["09:00-17:00"]}'
    assert Visitors(hours=hours).ask().reason is Reason.ALLOWED
    assert Visitors(hours=hours).ask(after=5 * 3600).reason is Reason.CLOSED
    assert Visitors(hours=hours, holidays='["2026-03-04"]').ask().reason is Reason.CLOSED


STALE = [
    (None, Reason.WORKER_AWAY),
    (NOON - 31, Reason.WORKER_AWAY),
    (NOON - 29, Reason.ALLOWED),
    (NOON + 31, Reason.WORKER_AWAY),  # before the clock was stepped back
]


@pytest.mark.parametrize(("seen_at", "reason"), STALE)
@pytest.mark.parametrize("limits", [{"call_seconds": 60}, {"minutes_per_day": 60}, MONEY])
def test_what_must_be_ended_needs_a_worker(limits, seen_at, reason):
    assert Visitors(tenant_limits=limits).ask(worker_seen_at=seen_at).reason is reason


def test_what_nobody_must_end_needs_no_worker():
    visitors = Visitors(tenant_limits={"concurrent_calls": 2, "calls_per_hour": 9})
    assert visitors.ask(worker_seen_at=None).reason is Reason.ALLOWED


BROKEN = [
    {"tenant_limits": {"calls_per_hour": "many"}},
    {"domain_limits": {"unheard_of": 1}},
    {"hours": '{"mon": ["25:00-26:00"]}'},
    {"time_zone": "Middle/Earth"},
    {"account_internal_rate": "x", "callee_number": ""},
    {"destinations": '"all"'},
]


@pytest.mark.parametrize("facts", BROKEN)
def test_what_cannot_be_evaluated_refuses(facts):
    target = BERLIN if facts.get("callee_number") is None else "10001"
    verdict = Visitors(target, **facts).ask()
    assert verdict.reservation is None
    assert verdict.reason is Reason.LIMIT_UNREADABLE


def test_a_refused_call_takes_nothing():
    visitors = Visitors(
        tenant_limits={"calls_per_hour": 9},
        callee_limits={"concurrent_calls": 1},
    )

    assert visitors.count_allowed(5) == 1
    assert visitors.count_allowed(9, callee_id=10, callee_limits="{}") == 8


def test_facts_are_read_from_json():
    facts = limit_facts()
    assert facts.from_json(json.dumps(facts._asdict())) == facts
