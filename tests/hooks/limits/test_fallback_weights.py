"""Fallbacks by weight: how often each comes first, and what keeps its place."""

from __future__ import annotations

from collections import Counter

import pytest

from hooks.limits.fallback import draw_by_weight
from hooks.reasons import Reason
from tests.hooks.limits.pieces import Visitors, fallback

HELP, NIGHT, DESK, SHOP = (
    fallback(number, alias) for number, alias in enumerate(("help", "night", "desk", "shop"), 11)
)
SESSIONS = 4000


def weigh(entry, weight):
    return {**entry, "weight": weight}


def count_orders(*fallbacks):
    orders = Counter(
        tuple(one["callee_alias"] for one in draw_by_weight(fallbacks, f"session {number}"))
        for number in range(SESSIONS)
    )
    return {order: count / SESSIONS for order, count in orders.items()}


SHARES = [
    ([HELP, NIGHT, DESK], {("help", "night", "desk"): 1}),
    ([], {(): 1}),
    ([weigh(HELP, 3), weigh(NIGHT, 1)], {("help", "night"): 0.75, ("night", "help"): 0.25}),
    ([weigh(HELP, 1), weigh(NIGHT, 1)], {("help", "night"): 0.5, ("night", "help"): 0.5}),
    ([weigh(HELP, 7)], {("help",): 1}),
    # Whoever has no weight keeps their place.
    (
        [DESK, weigh(HELP, 1), SHOP, weigh(NIGHT, 9)],
        {("desk", "night", "shop", "help"): 0.9, ("desk", "help", "shop", "night"): 0.1},
    ),
    (
        [weigh(HELP, 2), weigh(NIGHT, 1), weigh(DESK, 1)],
        {
            ("help", "night", "desk"): 1 / 4,
            ("help", "desk", "night"): 1 / 4,
            ("night", "help", "desk"): 1 / 6,
            ("night", "desk", "help"): 1 / 12,
            ("desk", "help", "night"): 1 / 6,
            ("desk", "night", "help"): 1 / 12,
        },
    ),
]


@pytest.mark.parametrize(("fallbacks", "shares"), SHARES)
def test_each_comes_first_by_its_weight(fallbacks, shares):
    counted = count_orders(*fallbacks)

    assert counted.keys() == shares.keys()
    for order, share in shares.items():
        assert counted[order] == pytest.approx(share, abs=0.03)


def test_a_call_that_is_decided_again_goes_to_the_same_one():
    full = {"callee_ringing_capacity": 0, "callee_alias": "sales", "session": "one"}
    fallbacks = [weigh(HELP, 1), weigh(NIGHT, 1), weigh(DESK, 1)]
    verdicts = [Visitors(fallbacks=fallbacks, **full).ask() for _ in range(5)]

    assert {verdict.reason for verdict in verdicts} == {Reason.FALLBACK}
    assert len({verdict.alias for verdict in verdicts}) == 1


def test_whoever_is_drawn_and_full_is_followed_by_the_next():
    closed = weigh(fallback(12, "night", limits={"calls_per_day": 0}), 100)
    visitors = Visitors(fallbacks=[closed, weigh(HELP, 1)], callee_ringing_capacity=0)

    for session in range(20):
        assert visitors.ask(session=f"session {session}").alias == "help"
