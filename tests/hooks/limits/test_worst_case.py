"""The most that can be lost: by the table, and never less than what somebody does lose."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.limits.meter import Meter
from hooks.limits.pricing import FREE, Rate, price
from hooks.limits.reservation import Reservation
from hooks.limits.scope import TENANT
from hooks.limits.settlement import settle_call
from hooks.limits.slices import is_due, reserve_next_slice
from hooks.limits.weighing import weigh_call
from hooks.limits.worst_case import ENDLESS, UNCOUNTED, UNPRICED, Exposure, find_worst_case
from tenants.limits import SAFE, Limits, parse_limits
from tenants.money import MICROS
from tests.hooks.limits.pieces import BERLIN, NOON, ended_call, limit_facts

CENT = MICROS // 100
RATE = Rate(10 * CENT, first_increment=60, next_increment=60)


def lose(limits, rate=RATE, **groups):
    parsed = {name: [parse_limits(each) for each in given] for name, given in groups.items()}
    return find_worst_case(Exposure(parse_limits(limits), rate, **parsed))


def amounts(limits, rate=RATE, **groups):
    return [
        None if loss.micros is None else round(loss.micros / CENT)
        for loss in lose(limits, rate, **groups)
    ]


@pytest.mark.parametrize(
    ("limits", "in_cents"),
    [
        # The cap, and a slice for each of two calls.
        ({"money_per_day": "20.00", "concurrent_calls": 2}, [2130, 2130, 66020]),
        (
            {"money_per_day": "20.00", "money_per_month": "200.00", "concurrent_calls": 2},
            [2130, 2130, 20130],
        ),
        ({"money_per_day": "20.00", "concurrent_calls": 0}, [2000, 2000, 62000]),
        ({"money_per_day": "0.00"}, [0, 0, 0]),
        # Nobody says how many calls live: each has reserved a slice, so they are few.
        ({"money_per_day": "20.00"}, [6000, 6000, 31 * 6000]),
        # SAFE: two calls at once fill two hours, of 62 calls that are billed in whole minutes.
        (SAFE, [1910, 2130, 20130]),
    ],
)
def test_money_is_bounded_by_the_tightest_limit(limits, in_cents):
    assert amounts(limits) == in_cents


def test_calls_that_cost_nothing_lose_nothing():
    """Such as those of a customer without rates, whose extensions are free."""
    assert [loss.micros for loss in lose(SAFE, FREE)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("limits", "cents_an_hour"),
    [
        # Ten calls and the two that live already: each 90 s in minutes, with two slices in it.
        (
            {"calls_per_hour": 10, "call_seconds": 60, "concurrent_calls": 2},
            (12 * 90 + 2 * 90 + 12 * 59) * 10 / 60,
        ),
        # Two at once fill two hours.
        (
            {"calls_per_hour": 10, "call_seconds": 9999, "concurrent_calls": 2},
            (7200 + 600 + 12 * 59) * 10 / 60,
        ),
        (
            {"calls_per_hour": 10, "minutes_per_day": 20, "concurrent_calls": 2},
            (1200 + 600 + 12 * 59) * 10 / 60,
        ),
        # Once a second for an hour.
        (
            {"calls_per_second": 1, "call_seconds": 1, "concurrent_calls": 1},
            (3600 + 31 + 3601 * 59) * 10 / 60,
        ),
    ],
)
def test_calls_are_bounded_by_their_number_and_time(limits, cents_an_hour):
    [hour, _, _] = amounts({**limits, "price_per_minute": "0.10"})
    assert hour == round(cents_an_hour)


@pytest.mark.parametrize(
    ("limits", "missing"),
    [
        ({}, UNPRICED),
        ({"calls_per_hour": 1, "call_seconds": 60, "concurrent_calls": 1}, UNPRICED),
        ({"price_per_minute": "0.10"}, UNCOUNTED),
        ({"price_per_minute": "0.10", "concurrent_calls": 1}, UNCOUNTED),
        ({"price_per_minute": "0.10", "calls_per_day": 1}, ENDLESS),
        ({"price_per_minute": "0.10", "calls_per_day": 1, "call_seconds": 60}, ""),
        ({"price_per_minute": "0.10", "calls_per_day": 1, "concurrent_calls": 1}, ""),
        ({"money_per_month": "1.00"}, ""),
        (SAFE, ""),
    ],
)
def test_what_is_missing_is_named(limits, missing):
    assert lose(limits).missing == missing


def test_the_ceiling_bounds_the_price_and_nothing_costs_nothing():
    dear = Rate(100 * CENT, first_increment=60, next_increment=60)
    limits = {"calls_per_hour": 1, "call_seconds": 60, "price_per_minute": "0.10"}
    assert amounts(limits, dear) == amounts(limits)
    assert amounts({**SAFE, "price_per_minute": "0.00"}, dear) == [0, 0, 0]
    assert amounts(SAFE, Rate(0)) == [0, 0, 0]


def test_limits_of_every_callee_bound_together_and_one_without_bounds_nothing():
    one, two = {"money_per_day": "1.00", "concurrent_calls": 0}, {"money_per_day": "2.00"}
    assert amounts({}, callees=[one, one]) == [200, 200, 6200]
    assert lose({}, callees=[one, one]).day.rule == "The limits of the callees together."
    assert amounts({}, callees=[one, {}]) == [None, None, None]
    assert amounts({"money_per_day": "1.50", "concurrent_calls": 0}, callees=[one, two]) == [
        150,
        150,
        4650,
    ]
    assert amounts({}, callees=[one, {}], accounts=[one]) == [100, 100, 3100]


def test_the_rule_is_told_in_words():
    assert lose(SAFE).day.rule == "The money per day, and a slice of 5 minutes for 2 calls."
    assert lose(SAFE).month.rule == "The money per month, and a slice of 5 minutes for 2 calls."
    limits = {"calls_per_hour": 3, "call_seconds": 60, "price_per_minute": "0.10"}
    told = "3 calls, each of at most 60 seconds, at the dearest price."
    assert lose(limits).hour.rule == told


# Somebody who spends as much as they can, under random limits.

GAMES = int(os.environ.get("CLICKHOOK_TEST_GAMES", "10"))


@dataclass
class Talk:
    answered_at: float
    would_last: float
    reservation: Reservation
    reserved: list[tuple[str, int]]


@dataclass
class Player:
    chance: random.Random
    clock: float = NOON
    meters: dict[str, Meter] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=dict)  # by hour, day and month

    def __post_init__(self) -> None:
        pick = self.chance.choice
        first, following = pick([(1, 1), (60, 60), (30, 6)])
        self.rate = Rate(self.chance.randrange(1, 30) * CENT, pick([0, 5 * CENT]), first, following)
        possible = {
            "concurrent_calls": pick([1, 2, 5]),
            "calls_per_second": 1,
            "calls_per_minute": pick([1, 3]),
            "calls_per_hour": pick([2, 10, 30]),
            "calls_per_day": pick([5, 40]),
            "call_seconds": pick([20, 90, 600]),
            "minutes_per_day": pick([3, 30]),
            "minutes_per_month": pick([5, 60]),
            "money_per_day": pick(["0.50", "3.00"]),
            "money_per_month": pick(["1.00", "9.00"]),
        }
        limits = {name: most for name, most in possible.items() if self.chance.random() < 0.4}
        self.limits = {**limits, "price_per_minute": "0.30"}
        self.clock += pick([0, 10 * 3600])

    def play(self) -> None:
        for _ in range(150):
            for _ in range(3):
                self.ask()
            self.pass_time(self.chance.choice([1, 10, 60, 300]))
        while self.talks:
            self.pass_time(60)

    def pass_time(self, seconds: int) -> None:
        until = self.clock + seconds
        while self.clock < until:
            self.clock += min(5, until - self.clock)
            for talk in list(self.talks):
                self.go_on(talk)

    def go_on(self, talk: Talk) -> None:
        talked = int(self.clock - talk.answered_at)
        if talked >= talk.would_last:
            self.end(talk, int(talk.would_last))
        elif is_due(talk.reservation, talked):
            before = talk.reservation["money"]
            limits = {TENANT: parse_limits(self.limits)}
            local = self.local_time()
            following = reserve_next_slice(talk.reservation, talked, self.meters, limits, local)
            if following.reservation is None:
                self.end(talk, talked + self.chance.randrange(5))
                return
            talk.reservation = following.reservation
            talk.reserved.append((self.period(), following.reservation["money"] - before))

    def end(self, talk: Talk, talked: int) -> None:
        self.talks.remove(talk)
        settle_call(ended_call(talk.reservation, talked), self.meters)
        left = price(self.rate, talked)
        for index, (period, money) in enumerate(talk.reserved):
            is_last = index == len(talk.reserved) - 1
            part = left if is_last else min(money, left)
            left -= part
            for length in (13, 10, 7):  # of 2026-03-04T13, 2026-03-04 and 2026-03
                key = period[:length]
                self.spent[key] = self.spent.get(key, 0) + part

    def ask(self) -> None:
        stored = {name: meter.as_json() for name, meter in self.meters.items()}
        facts = limit_facts(
            clock=self.clock,
            worker_seen_at=self.clock - 1,
            tenant_limits=self.limits,
            rate=[*self.rate, "EUR"],
        )
        ledger = Ledger(1, MeterFacts(version=1, meters=stored))
        verdict = weigh_call(facts, ledger, 7, "a", BERLIN)
        if verdict.reservation is None:
            return

        self.meters = {row["scope"]: Meter.from_json(row["state"]) for row in ledger.as_rows()}
        lasts = self.chance.choice([1, 61, 301, 3000])
        reserved = [(self.period(), verdict.reservation["money"])]
        self.talks.append(Talk(self.clock, lasts, verdict.reservation, reserved))

    def local_time(self) -> datetime:
        return datetime.fromtimestamp(self.clock, ZoneInfo("Europe/Berlin"))

    def period(self) -> str:
        return self.local_time().strftime("%Y-%m-%dT%H")


@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.proof) for part in range(1, 8))]
)
def test_nobody_can_lose_more(part):
    bounded = 0
    for seed in range(part * GAMES, (part + 1) * GAMES):
        player = Player(random.Random(seed))
        worst = find_worst_case(Exposure(parse_limits(player.limits), player.rate))
        if worst.missing:
            continue
        player.play()
        bounded += 1

        for period, spent in player.spent.items():
            loss = {13: worst.hour, 10: worst.day, 7: worst.month}[len(period)]
            assert loss.micros is not None
            assert spent <= loss.micros, (seed, player.limits, period, loss)
    assert bounded > GAMES // 4


def test_limits_of_zero_lose_nothing_but_rounding():
    assert lose({"calls_per_hour": 0, "price_per_minute": "1.00", "call_seconds": 60}).hour == (
        0,
        "0 calls, each of at most 60 seconds, at the dearest price.",
    )
    assert Limits() == parse_limits({})
