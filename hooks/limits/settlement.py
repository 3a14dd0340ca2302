"""What a call gives back when it has ended: its place, and what it reserved and did not use."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, NamedTuple

from hooks.limits.meter import Meter
from hooks.limits.pricing import Rate, price
from hooks.limits.reservation import Reservation


class Settlement(NamedTuple):
    call_id: str
    cost: int  # in millionths


def settle_call(ended: dict[str, Any], meters: MutableMapping[str, Meter]) -> Settlement:
    """`ended` holds `id`, `reservation` and `talked`: seconds, or None where nobody knows."""
    reservation: Reservation = ended["reservation"]
    cost = _cost(reservation, ended["talked"])
    seconds = _unused_seconds(reservation, ended["talked"])
    money = reservation["money"] - cost

    for scope in reservation["scopes"]:
        meter = meters.get(scope, Meter()).release()
        meters[scope] = _give_back(meter, reservation, seconds, money)
    return Settlement(ended["id"], cost)


def _cost(reservation: Reservation, talked: int | None) -> int:
    """Where nobody knows how long a call lasted, all that was reserved counts as spent."""
    if talked is None:
        return reservation["money"]
    if reservation["rate"] is None:
        return 0
    return price(Rate(*reservation["rate"]), talked)


def _unused_seconds(reservation: Reservation, talked: int | None) -> int:
    return 0 if talked is None else reservation["seconds"] - talked


def _give_back(meter: Meter, reservation: Reservation, seconds: int, money: int) -> Meter:
    """A day takes back no more than was reserved on it; the rest belongs to an earlier day.

    Negative amounts, of a talk that outlasted its reservation, are spent on top.
    """
    meter = meter.give_back_in_day(
        reservation["day"],
        min(seconds, reservation["day_seconds"]),
        min(money, reservation["day_money"]),
    )
    return meter.give_back_in_month(reservation["month"], seconds, money)
