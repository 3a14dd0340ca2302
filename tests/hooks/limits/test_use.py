"""How much of each limit is used, and when that is a notice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hooks.duties.watching_limits import Watched, find_notices
from hooks.limits.meter import DAY, HOUR, MINUTE, SECOND, Meter, Tally
from hooks.limits.use import LENGTHS, Use, use
from hooks.limits.use_text import LABELS, describe_use, format_money
from tenants.limits import Limits
from tests.hooks.limits.pieces import NOON

TODAY, MONTH = "2026-03-04", "2026-03"
USED = Meter(
    living=3,
    windows={length: ((int(NOON * 60 / length), 7),) for length in (SECOND, MINUTE, HOUR, DAY)},
    day=Tally(TODAY, 3_659, 4_000_000),
    month=Tally(MONTH, 36_000, 160_000_000),
)


@pytest.mark.parametrize(
    ("limit", "used"),
    [
        ("concurrent_calls", 3),
        ("calls_per_second", 7),
        ("calls_per_minute", 7),
        ("calls_per_hour", 7),
        ("calls_per_day", 7),
        ("minutes_per_day", 60),
        ("minutes_per_month", 600),
        ("money_per_day", 4_000_000),
        ("money_per_month", 160_000_000),
    ],
)
def test_the_use_of_one_limit(limit, used):
    limits = Limits(**{limit: 1_000_000_000})
    assert list(use(USED, limits, NOON, TODAY, MONTH)) == [Use(limit, used, 1_000_000_000)]


def test_every_limit_that_has_a_use_has_a_row_and_a_label():
    limits = Limits(**dict.fromkeys(LENGTHS, 9), call_seconds=9, price_per_minute=9)
    assert [one.limit for one in use(Meter(), limits, NOON, TODAY, MONTH)] == list(LENGTHS)
    assert {*Limits._fields} - {"visitor"} <= LABELS.keys()
    assert list(use(USED, Limits(), NOON, TODAY, MONTH)) == []


def test_what_is_over_is_not_used():
    limits = Limits(calls_per_hour=9, calls_per_day=9, money_per_day=9, money_per_month=9)
    later = use(USED, limits, NOON + 2 * HOUR, "2026-03-05", MONTH)
    assert [one.used for one in later] == [0, 7, 0, 160_000_000]


@pytest.mark.parametrize(
    ("used", "most", "percent"), [(0, 9, 0), (799, 1000, 79), (8, 10, 80), (11, 10, 110), (3, 0, 0)]
)
def test_percents_are_rounded_down(used, most, percent):
    assert Use("calls_per_day", used, most).percent == percent


@pytest.mark.parametrize(
    ("limit", "currency", "text"),
    [
        ("calls_per_day", "EUR", "1,200,000 of 20,000,000"),
        ("money_per_day", "EUR", "1.20 of 20.00 EUR"),
        ("money_per_day", "JPY", "1 of 20 JPY"),
        ("money_per_day", "KWD", "1.200 of 20.000 KWD"),
    ],
)
def test_it_is_written_in_the_tenants_currency(limit, currency, text):
    assert describe_use(Use(limit, 1_200_000, 20_000_000), currency) == text


@pytest.mark.parametrize(
    ("micros", "currency", "text"),
    [(138_999, "EUR", "0.14 EUR"), (4_999, "EUR", "0.00 EUR"), (1_500_000, "JPY", "2 JPY")],
)
def test_money_is_rounded_to_the_digits_of_its_currency(micros, currency, text):
    assert format_money(micros, currency) == text


def watched(meter=USED, scope="tenant", **limits):
    """A meter, and limits over it."""
    return Watched(1, scope, "", meter.as_json(), limits, limits, "EUR", "Europe/Berlin", "acme")


def levels(meter_and_limits, refusals=(), now=NOON):
    return [
        (notice.limit, notice.level, notice.period)
        for notice in find_notices(meter_and_limits, now, set(refusals))
    ]


HOUR_NUMBER, DAY_NUMBER = str(int(NOON // HOUR)), str(int(NOON // DAY))


@pytest.mark.parametrize(
    ("limits", "notices"),
    [
        ({"calls_per_hour": 9}, []),
        ({"calls_per_hour": 8}, [("calls_per_hour", "warning", HOUR_NUMBER)]),
        ({"calls_per_hour": 7}, [("calls_per_hour", "critical", HOUR_NUMBER)]),
        ({"calls_per_minute": 7}, [("calls_per_minute", "critical", HOUR_NUMBER)]),
        ({"calls_per_day": 8}, [("calls_per_day", "warning", DAY_NUMBER)]),
        ({"concurrent_calls": 3}, [("concurrent_calls", "critical", HOUR_NUMBER)]),
        ({"minutes_per_day": 75}, [("minutes_per_day", "warning", TODAY)]),
        ({"money_per_day": "5.00"}, [("money_per_day", "warning", TODAY)]),
        ({"money_per_day": "5.06"}, []),
        ({"money_per_month": "160.00"}, [("money_per_month", "critical", MONTH)]),
        ({"concurrent_calls": 0}, []),
        ({"concurrent_calls": "many"}, []),
    ],
)
def test_what_is_a_notice(limits, notices):
    assert levels(watched(**limits)) == notices
    assert levels(watched(**limits)._replace(time_zone="?")) == []


def test_a_limit_that_refused_is_used_up_whatever_is_left():
    limits = {"money_per_day": "9.00", "money_per_month": "999.00"}
    refusals = [(1, "tenant", "money_per_day"), (2, "tenant", "money_per_month")]
    assert levels(watched(**limits), refusals) == [("money_per_day", "critical", TODAY)]


def test_days_are_those_of_the_tenants_time_zone():
    tomorrow = replace(USED, day=Tally("2026-03-05", 0, 4_000_000))
    late = NOON + 11.5 * HOUR  # half past midnight in Berlin
    notice = ("money_per_day", "critical", "2026-03-05")
    assert levels(watched(tomorrow, money_per_day="4.00"), now=late) == [notice]


def test_who_cannot_be_told_apart_has_half_of_each_limit():
    unknown = watched(scope="unknown visitors", calls_per_hour=14)
    assert levels(unknown) == [("calls_per_hour", "critical", HOUR_NUMBER)]
