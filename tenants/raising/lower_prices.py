"""Which destinations would cost less than so far; the longest prefix of a number decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Terms(NamedTuple):
    """Of one rate: money in millionths of the currency's unit, increments in seconds."""

    per_minute: int
    connect_fee: int
    first_increment: int
    next_increment: int


class Destination(NamedTuple):
    """What the rate of exactly this prefix says; None where there is no such rate."""

    prefix: str
    before: Terms | None
    after: Terms | None


class Lowered(NamedTuple):
    """What the destination costs, also by a shorter prefix."""

    prefix: str
    before: Terms
    after: Terms | None  # None: it would have no price


def find_lowered(destinations: Iterable[Destination]) -> Iterator[Lowered]:
    """`destinations` are all of both decks, in the order of their prefixes' bytes.

    A first price is nothing lower, so taking one away is: else it could be lowered in two steps.
    """
    shorter = [Destination("", None, None)]  # those that the prefix begins with
    for prefix, own_before, own_after in destinations:
        while not prefix.startswith(shorter[-1].prefix):
            shorter.pop()
        before, after = own_before or shorter[-1].before, own_after or shorter[-1].after
        shorter.append(Destination(prefix, before, after))
        if before is not None and before != after and is_lower(before, after):
            yield Lowered(prefix, before, after)


def is_lower(before: Terms, after: Terms | None) -> bool:
    """Whether there may be a call, of any length, that costs less."""
    return (
        after is None
        or after.per_minute < before.per_minute
        or after.connect_fee < before.connect_fee
        or bills_less(before, after)
    )


def bills_less(before: Terms, after: Terms) -> bool:
    """Whether an increment ends where none ended before: calls until there may cost less.

    Of 60/60 and 60/61, the second bills a call of 121 seconds with 121 instead of 180.
    """
    added, step = after.first_increment - before.first_increment, before.next_increment
    return added < 0 or added % step != 0 or after.next_increment % step != 0
