"""What an allowed call holds until it has ended: a place, talk time and money in each meter."""

from __future__ import annotations

from typing import TypedDict

from hooks.limits.asked import Asked


class Reservation(TypedDict):
    """Stands on the call's row. Seconds of talk; money in millionths.

    `day` and `month` are those of the last slice; `day_seconds` and `day_money` are what was
    reserved on that day.
    """

    scopes: list[str]
    seconds: int
    money: int
    day: str
    month: str
    day_seconds: int
    day_money: int
    rate: list[int] | None
    longest: int | None
    callee: str
    attempts: str  # the meter that remembers it if the callee is not reached; empty: none does
    cool_down: int | None  # seconds


def reserve_first_slice(asked: Asked, scopes: list[str]) -> Reservation:
    return {
        "scopes": scopes,
        "seconds": asked.seconds,
        "money": asked.money,
        "day": asked.day,
        "month": asked.month,
        "day_seconds": asked.seconds,
        "day_money": asked.money,
        "rate": list(asked.rate) if asked.rate else None,
        "longest": asked.longest,
        "callee": asked.callee,
        "attempts": asked.facts.attempts,
        "cool_down": asked.facts.callee_cool_down,
    }
