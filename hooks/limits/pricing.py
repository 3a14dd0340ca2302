"""What talking costs: connect fee, first and next increments, price a minute."""

from __future__ import annotations

from typing import NamedTuple

MINUTE = 60  # seconds


class Rate(NamedTuple):
    """Money in millionths of the currency's unit, increments in seconds."""

    per_minute: int
    connect_fee: int = 0
    first_increment: int = 1
    next_increment: int = 1


FREE = Rate(0)


def price(rate: Rate, seconds: int) -> int:
    """Of a talk of so many seconds; of none where nobody answered."""
    if seconds <= 0:
        return 0
    billed = rate.first_increment
    if seconds > billed:
        billed += _round_up(seconds - billed, rate.next_increment)
    return rate.connect_fee + -(-rate.per_minute * billed // MINUTE)


def _round_up(seconds: int, increment: int) -> int:
    return -(-seconds // increment) * increment
