"""Days of calls: never is more spent than the tenant's money allows."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hooks.limits.asked import SLICE
from hooks.limits.facts import MeterFacts
from hooks.limits.ledger import Ledger
from hooks.limits.meter import Meter
from hooks.limits.pricing import Rate, price
from hooks.limits.reservation import Reservation
from hooks.limits.scope import TENANT
from hooks.limits.settlement import settle_call
from hooks.limits.slices import is_due, reserve_next_slice
from hooks.limits.weighing import weigh_call
from tenants.limits import parse_limits
from tenants.money import MICROS, write_money
from tests.hooks.limits.pieces import BERLIN, ended_call, limit_facts

# Thousands with CLICKHOOK_TEST_DAYS=3000 in the environment.
DAYS, AT_ONCE = int(os.environ.get("CLICKHOOK_TEST_DAYS", "300")), 20
STARTS = range(0, DAYS, AT_ONCE)
MIDNIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=UTC).timestamp()  # in Berlin
HOUR = 3600  # seconds


@dataclass
class Talk:
    answered_at: float
    would_last: float
    reservation: Reservation
    end_is_lost: bool
    reserved: list[tuple[str, int]]  # the day on which each slice was reserved, and its money

    def talked(self, now: float) -> int:
        return max(round(now - self.answered_at), 0)


@dataclass
class Day:
    """A tenant with one cap, for a few hours around midnight or not."""

    chance: random.Random
    lose_ends: bool
    kill_workers: bool
    clock: float = MIDNIGHT
    meters: dict[str, Meter] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    spent: dict[str, int] = field(default_factory=dict)  # for real, by the day of the slice
    most_living: int = 0

    def __post_init__(self) -> None:
        chance = self.chance
        first, following = chance.choice([(1, 1), (60, 1), (60, 60), (30, 6)])
        self.rate = Rate(chance.randrange(1, 200_000), chance.choice([0, 50_000]), first, following)
        self.slice_price = price(self.rate, SLICE)
        self.cap = self.slice_price * chance.randrange(1, 8) + chance.randrange(self.slice_price)
        self.longest = chance.choice([None, 45, 300, 1800])
        self.limits = {
            "money_per_day": write_money(self.cap // 10_000 * 10_000),
            **({"call_seconds": self.longest} if self.longest else {}),
        }
        self.cap = self.cap // 10_000 * 10_000
        self.clock += chance.choice([0, 12 * HOUR, 23 * HOUR])
        self.worker_returns_at = 0.0

    def play(self) -> None:
        for _ in range(self.chance.randrange(5, 60)):
            self.pass_time(self.chance.choice([1, 20, 90, 400]))
            self.ask()
        while self.talks:
            self.pass_time(60)

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock += 1
            if self.kill_workers and self.chance.random() < 0.001:
                self.worker_returns_at = self.clock + self.chance.randrange(25)
            for talk in list(self.talks):
                self.go_on(talk)

    def go_on(self, talk: Talk) -> None:
        talked = talk.talked(self.clock)
        if talked >= talk.would_last:
            self.end(talk, None if talk.end_is_lost else talked)
        elif self.clock >= self.worker_returns_at and is_due(talk.reservation, talked):
            self.reserve_or_end(talk, talked)

    def reserve_or_end(self, talk: Talk, talked: int) -> None:
        local = datetime.fromtimestamp(self.clock, ZoneInfo("Europe/Berlin"))
        limits = {TENANT: parse_limits(self.limits)}
        before = talk.reservation["money"]
        following = reserve_next_slice(talk.reservation, talked, self.meters, limits, local)
        if following.reservation is None:
            # WCS takes a few seconds to end it.
            self.end(talk, talked + self.chance.randrange(3))
            return
        talk.reservation = following.reservation
        talk.reserved.append(
            (following.reservation["day"], following.reservation["money"] - before)
        )

    def end(self, talk: Talk, talked: int | None) -> None:
        self.talks.remove(talk)
        ended = ended_call(talk.reservation, talked)
        settle_call(ended, self.meters)
        left = price(self.rate, talk.talked(self.clock) if talked is None else talked)
        for day, money in talk.reserved:
            self.spent[day] = self.spent.get(day, 0) + min(money, left)
            left -= min(money, left)
        day = talk.reserved[-1][0]
        self.spent[day] = self.spent.get(day, 0) + left

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
        self.meters = {row["scope"]: Meter.from_json(row["state"]) for row in ledger.as_rows()}
        if verdict.reservation is None:
            return

        ring = self.chance.randrange(30)
        lasts = self.chance.choice([0, 5, 61, 299, 300, 301, 700, 2400])
        lost = self.lose_ends and self.chance.random() < 0.2
        self.talks.append(
            Talk(
                self.clock + ring,
                lasts,
                verdict.reservation,
                lost,
                [(verdict.reservation["day"], verdict.reservation["money"])],
            )
        )
        self.most_living = max(self.most_living, len(self.talks))


@pytest.mark.parametrize("faults", [False, True])
@pytest.mark.parametrize(
    "start",
    [0, *(pytest.param(start, marks=pytest.mark.proof) for start in STARTS[1:])],
)
def test_never_is_more_spent_than_the_cap(start, faults):
    for seed in range(start, start + AT_ONCE):
        day = Day(random.Random(seed), lose_ends=faults, kill_workers=faults)
        day.play()

        outstanding = day.most_living * day.slice_price if faults else 0
        for spent in day.spent.values():
            assert spent <= day.cap + outstanding, (seed, spent / MICROS, day.cap / MICROS)
        meter = day.meters[TENANT]
        assert meter.living == 0
        if not faults:
            assert meter.month.money == sum(day.spent.values())
            assert meter.day.money >= day.spent.get(meter.day.period, 0)
