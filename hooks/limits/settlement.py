"""What a call gives back when it has ended: its place, and what it reserved and did not use."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, NamedTuple

from hooks.limits.meter import Meter
from hooks.limits.pricing import Rate, price
from hooks.limits.reservation import Reservation
from hooks.limits.rules.cool_down import cools_down, is_short

UNANSWERED = 10  # seconds of ringing; whoever hangs up earlier may have meant to


class Settlement(NamedTuple):
    call_id: str
    cost: int  # in millionths
    closes_callee: bool = False  # for its cool-down


def settle_call(ended: dict[str, Any], meters: MutableMapping[str, Meter]) -> Settlement:
    """`ended` holds `id` and `reservation`, and how the call ended.

    That is `at` (a time), `ended_by`, and the seconds `talked` and `rang`: None where nobody knows
    how long the talk was, and where it did not ring.
    """
    reservation: Reservation = ended["reservation"]
    cost = _cost(reservation, ended["talked"])
    seconds = _unused_seconds(reservation, ended["talked"])
    money = reservation["money"] - cost

    for scope in reservation["scopes"]:
        meter = meters.get(scope, Meter()).release()
        meters[scope] = _give_back(meter, reservation, seconds, money)
    if reservation["attempts"] and _is_unreached(ended):
        attempts = meters.get(reservation["attempts"], Meter())
        meters[reservation["attempts"]] = attempts.note_failure(reservation["callee"], ended["at"])
    return Settlement(ended["id"], cost, _note_short_call(ended, meters))


def _is_unreached(ended: dict[str, Any]) -> bool:
    if ended["talked"] != 0:
        return False
    rang = ended["rang"]
    return ended["ended_by"] in ("busy", "failed") or (rang is not None and rang >= UNANSWERED)


def _note_short_call(ended: dict[str, Any], meters: MutableMapping[str, Meter]) -> bool:
    """Whether it closes the callee, who was open before."""
    reservation: Reservation = ended["reservation"]
    cool_down, at = reservation["cool_down"], ended["at"]
    if cool_down is None or not is_short(ended["talked"], ended["rang"], ended["ended_by"]):
        return False

    scope = f"callee {reservation['callee']}"
    before = meters.get(scope, Meter())
    meters[scope] = after = before.note_short_call(at)
    was_closed = cools_down(before.short_calls, cool_down, at)
    return not was_closed and cools_down(after.short_calls, cool_down, at)


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
