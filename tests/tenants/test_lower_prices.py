"""Which prices are lower than so far: by prefix, by fee and by increments."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hooks.limits.pricing import Rate, price
from tenants.raising.lower_prices import Destination, Terms, find_lowered, is_lower

LOW, HIGH = Terms(10, 0, 60, 60), Terms(20, 0, 60, 60)
MINUTE = Terms(20, 5, 60, 60)

# Prefixes before, prefixes after, and those that cost less.
DECKS = [
    ({"49": LOW}, {"49": LOW}, []),
    ({"49": LOW}, {"49": HIGH}, []),
    ({"49": HIGH}, {"49": LOW}, ["49"]),
    ({}, {"49": LOW}, []),
    # A longer prefix, compared with the one that decided so far.
    ({"49": HIGH}, {"49": HIGH, "4915": LOW}, ["4915"]),
    ({"49": LOW}, {"49": LOW, "4915": HIGH}, []),
    ({"4": LOW, "49": HIGH}, {"4": LOW, "49": HIGH, "4915": LOW}, ["4915"]),
    ({"49": LOW, "491": HIGH}, {"49": LOW, "491": HIGH, "4920": LOW}, []),
    # A removed one leaves its numbers to a shorter one, or without a price.
    ({"49": LOW, "4915": HIGH}, {"49": LOW}, ["4915"]),
    ({"49": HIGH, "4915": LOW}, {"49": HIGH}, []),
    ({"49": LOW, "43": LOW}, {"49": LOW}, ["43"]),
    ({"49": LOW, "4915": HIGH}, {"4915": HIGH}, ["49"]),
    # A shorter one that is added decides nothing that had a price.
    ({"4915": HIGH}, {"49": LOW, "4915": HIGH}, []),
    ({"4915": HIGH}, {"49": LOW}, ["4915"]),
]
TERMS = [
    (MINUTE, MINUTE, False),
    (MINUTE, MINUTE._replace(connect_fee=4), True),
    (MINUTE, MINUTE._replace(first_increment=1), True),
    (MINUTE, MINUTE._replace(next_increment=1), True),
    (MINUTE, MINUTE._replace(next_increment=61), True),
    (MINUTE, MINUTE._replace(next_increment=120), False),
    (MINUTE._replace(first_increment=1), MINUTE._replace(first_increment=2), True),
    (MINUTE._replace(first_increment=30, next_increment=6), MINUTE, False),
    (MINUTE, MINUTE._replace(per_minute=40, connect_fee=0), True),
    (MINUTE, None, True),
]

prefixes = some.text("12", min_size=1, max_size=3)
terms = some.builds(
    Terms, some.integers(0, 3), some.integers(0, 2), some.integers(1, 9), some.integers(1, 9)
)
decks = some.dictionaries(prefixes, terms, max_size=6)


def both(before, after):
    return [
        Destination(prefix, before.get(prefix), after.get(prefix))
        for prefix in sorted({*before, *after})
    ]


@pytest.mark.parametrize(("before", "after", "lowered"), DECKS)
def test_the_longest_prefix_decides_what_a_destination_costs(before, after, lowered):
    assert [found.prefix for found in find_lowered(both(before, after))] == lowered


@pytest.mark.parametrize(("before", "after", "lower"), TERMS)
def test_fee_and_increments_are_prices_too(before, after, lower):
    assert is_lower(before, after) is lower


@given(decks, decks)
def test_what_passes_makes_no_call_cheaper(before, after):
    if any(find_lowered(both(before, after))):
        return
    for digits in itertools.product("12", repeat=4):
        old, new = (longest(deck, "".join(digits)) for deck in (before, after))
        if old is not None:
            assert all(
                price(Rate(*new), seconds) >= price(Rate(*old), seconds) for seconds in range(30)
            )


def longest(deck, number):
    found = [prefix for prefix in deck if number.startswith(prefix)]
    return deck[max(found, key=len)] if found else None
