"""Recorded calls under other limits: which would have been refused, or ended earlier."""

from __future__ import annotations

import json
import random
import time

import pytest

from hooks.limits.past_call import PastCall
from hooks.limits.pricing import Rate
from hooks.limits.replay import Replay, TriedLimits
from hooks.reasons import Reason
from tenants.destinations import read_destination
from tests.hooks.limits.pieces import NOON

RATE = Rate(60_000, 0, 60, 60)  # 0.06 a minute
BERLIN = read_destination("+4930123456", "DE")
MIDNIGHT = NOON + 11 * 3600  # in Berlin


def past_call(after=0.0, talks=60.0, **changes):
    """So many seconds after noon; `talks` 0: nobody answers, and it rings for 10 seconds."""
    asked_at = changes.pop("asked_at", NOON) + after
    answered_at = asked_at + 10 if talks else None
    values = {
        "id": "1",
        "asked_at": asked_at,
        "answered_at": answered_at,
        "ended_at": asked_at + 10 + talks,
        "is_end_known": True,
        "was_allowed": True,
        "visitor": "v",
        "ticketed": True,
        "domain_id": 7,
        "account_id": "a",
        "callee_id": 9,
        "alias": "sales",
        "destination": BERLIN,
        "rate": RATE,
        "cost": None,
    }
    return PastCall(**{**values, **changes})


def replay(calls, scopes=None, tickets="off", **limits):
    """Each change as (seconds after noon, kind, reason, scope)."""
    texts = {scope: json.dumps(value) for scope, value in (scopes or {}).items()}
    tried = TriedLimits({"tenant": json.dumps(limits), **texts}, "Europe/Berlin", "EUR", tickets)
    return list(Replay(tried).run(calls))


def told(changes):
    return [(one.call.asked_at - NOON, one.kind, one.reason.value) for one in changes]


def every(seconds, calls, **changes):
    return [past_call(number * seconds, **changes) for number in range(calls)]


@pytest.mark.parametrize(
    ("limits", "calls", "refused", "reason"),
    [
        ({}, every(1, 50), [], ""),
        ({"concurrent_calls": 2}, every(30, 4), [60], "concurrent_calls"),
        ({"calls_per_second": 1}, every(0.5, 3), [0.5, 1.0], "calls_per_second"),
        ({"calls_per_minute": 2}, every(20, 4), [40, 60], "calls_per_minute"),
        ({"calls_per_hour": 3}, every(900, 6), [2700, 3600], "calls_per_hour"),
        ({"calls_per_day": 1}, every(43_200, 4), [43_200, 86_400], "calls_per_day"),
        ({"visitor": {"calls_per_10_minutes": 1}}, every(300, 2), [300], "visitor_ten_minutes"),
        ({"visitor": {"calls_per_hour": 1}}, every(700, 2), [700], "visitor_hour"),
        ({"visitor": {"calls_per_day": 1}}, every(4_000, 2), [4_000], "visitor_day"),
        ({"price_per_minute": "0.05"}, every(9, 2), [0, 9], "price_ceiling"),
        ({"price_per_minute": "0.06"}, every(9, 2), [], ""),
        ({"minutes_per_day": 9}, every(20, 2), [20], "minutes_per_day"),
        ({"minutes_per_day": 9}, every(200, 4), [], ""),
        ({"minutes_per_month": 5}, every(100, 2), [100], "minutes_per_month"),
        ({"money_per_day": "0.30"}, every(20, 2), [20], "money_per_day"),
        ({"money_per_day": "0.41"}, every(100, 3), [200], "money_per_day"),
        ({"money_per_month": "0.30"}, every(100, 2), [100], "money_per_month"),
    ],
)
def test_what_each_limit_would_have_refused(limits, calls, refused, reason):
    expected = [(after, "refused", reason) for after in refused]
    assert told(replay(calls, **limits)) == expected


def test_different_callees_of_one_visitor():
    calls = [past_call(number * 90, callee_id=number) for number in range(3)]
    assert told(replay(calls, visitor={"callees_per_hour": 2})) == [
        (180, "refused", "visitor_callees")
    ]


@pytest.mark.parametrize("scope", ["domain 7", "account a", "callee 9"])
def test_limits_of_what_the_tenant_owns(scope):
    [change] = replay(every(1, 2), scopes={scope: {"concurrent_calls": 1}})
    assert (change.reason, change.scope) == (Reason.CONCURRENT_CALLS, scope)
    others = past_call(1, domain_id=8, account_id="b", callee_id=8)
    assert replay([past_call(), others], scopes={scope: {"concurrent_calls": 1}}) == []


def test_a_refused_call_saves_what_it_cost():
    [change] = replay(every(1, 2, talks=61), concurrent_calls=1)
    assert (change.money, change.seconds) == (120_000, 61)
    [change] = replay(every(1, 2, talks=61, cost=7), concurrent_calls=1)
    assert change.money == 7


@pytest.mark.parametrize(
    ("limits", "talks", "ended"),
    [
        ({"call_seconds": 300}, 299, None),
        ({"call_seconds": 300}, 900, ("call_seconds", 600, 600_000)),
        ({"call_seconds": 100}, 130, ("call_seconds", 30, 60_000)),
        # The first 300 seconds fit, the next do not: it ends 30 seconds before they are over.
        ({"money_per_day": "0.31"}, 900, ("money_per_day", 630, 600_000)),
        ({"minutes_per_day": 10}, 1_200, ("minutes_per_day", 630, 600_000)),
    ],
)
def test_a_talk_would_have_ended_earlier(limits, talks, ended):
    changes = replay([past_call(talks=talks)], **limits)
    expected = [ended] if ended else []
    assert [(one.reason.value, one.seconds, one.money) for one in changes] == expected


def test_what_is_not_used_is_given_back():
    """Each reserves 0.30 and costs 0.06: within half a unit there is room for four in a row."""
    calls = every(100, 8)
    refused = [after for after, *_ in told(replay(calls, money_per_day="0.50"))]
    assert refused == [400, 500, 600, 700]


def test_a_new_day_begins_in_the_tenants_time_zone():
    calls = [past_call(number * 600, asked_at=MIDNIGHT - 900) for number in range(3)]
    changes = replay(calls, money_per_day="0.30")
    assert [one.call for one in changes] == [calls[1]]


def test_nobody_knows_how_long_it_lasted():
    """All that was reserved counts as spent, as the gateway counts."""
    lost = past_call(talks=10, is_end_known=False)
    assert told(replay([lost, past_call(400)], money_per_day="0.40")) != []
    assert replay([past_call(talks=10), past_call(400)], money_per_day="0.40") == []


def test_a_call_that_was_refused_then_would_be_allowed():
    refused = past_call(5, talks=0, was_allowed=False)
    assert told(replay([past_call(), refused], concurrent_calls=2)) == [(5, "allowed", "allowed")]
    assert replay([past_call(), refused], concurrent_calls=1) == []


def test_visitors_who_cannot_be_told_apart_have_half():
    calls = every(1, 3, visitor="", ticketed=False)
    [*changes] = replay(calls, tickets="preferred", concurrent_calls=4)
    assert [(one.call, one.scope) for one in changes] == [(calls[2], "unknown visitors")]


@pytest.mark.proof
def test_memory_does_not_grow_with_the_visitors():
    texts = {"tenant": json.dumps({"visitor": {"calls_per_day": 1}})}
    trial = Replay(TriedLimits(texts, "UTC", "EUR", "off"))
    calls = (past_call(number * 60, visitor=str(number)) for number in range(30_000))
    assert list(trial.run(calls)) == []
    assert len(trial._meters) < 10_000
    assert trial._talks == []


@pytest.mark.proof
def test_a_hundred_thousand_calls_take_seconds():
    """On a loaded machine too; alone it is about a third of that."""
    chance = random.Random(7)
    limits = {
        "concurrent_calls": 50,
        "calls_per_second": 3,
        "calls_per_hour": 900,
        "calls_per_day": 9_000,
        "call_seconds": 600,
        "money_per_day": "900.00",
        "visitor": {"calls_per_hour": 3, "calls_per_day": 9},
    }
    calls = [
        past_call(number * 10 + chance.random(), chance.random() * 300, visitor=str(number % 999))
        for number in range(100_000)
    ]
    began = time.process_time()
    replay(calls, **limits)
    assert time.process_time() - began < 60
