"""The next slice of a talk: reserved before the last one ends, or the call is ended."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from datetime import datetime
from typing import NamedTuple

from hooks.limits.asked import LEAD, SLICE, bound_slice
from hooks.limits.meter import Meter
from hooks.limits.pricing import Rate, price
from hooks.limits.reservation import Reservation
from hooks.reasons import Reason
from tenants.limits import Limits

_MINUTE = 60  # seconds
MOST_AHEAD = SLICE + LEAD + 30  # seconds; clocks may differ a little


class NextSlice(NamedTuple):
    """Either the reservation that takes the place of the last, or why the call must end."""

    reservation: Reservation | None = None
    refused: Reason | None = None


def is_due(reservation: Reservation, talked: float) -> bool:
    """Whether it is time to reserve the next slice or to end the call."""
    ends_at = reservation["seconds"] - LEAD
    longest = reservation["longest"]
    return talked >= ends_at or (longest is not None and talked >= longest)


def is_ahead(reservation: Reservation, talked: float) -> bool:
    """More is reserved than ever is, or it begins in the future: the clock was stepped back."""
    return talked < 0 or reservation["seconds"] - talked > MOST_AHEAD


def reserve_next_slice(
    reservation: Reservation,
    talked: float,
    meters: MutableMapping[str, Meter],
    limits: Mapping[str, Limits],
    local_time: datetime,
) -> NextSlice:
    """`limits` by scope, as they are now; `local_time` in the tenant's time zone.

    Changes the meters where a slice is reserved. A talk that has all it needs stays as it is.
    """
    longest = reservation["longest"]
    if longest is not None and talked >= longest:
        return NextSlice(refused=Reason.CALL_SECONDS)
    seconds = bound_slice(longest, reservation["seconds"])
    if seconds == 0:
        return NextSlice(reservation)

    money = _price_of_more(reservation, seconds)
    day, month = local_time.isoformat()[:10], local_time.isoformat()[:7]
    for scope in reservation["scopes"]:
        meter = meters.get(scope, Meter()).reserve(day, month, seconds, money)
        refused = _find_exceeded(meter, limits.get(scope, Limits()))
        if refused:
            return NextSlice(refused=refused)

    for scope in reservation["scopes"]:
        meters[scope] = meters.get(scope, Meter()).reserve(day, month, seconds, money)
    same_day = day == reservation["day"]
    return NextSlice(
        Reservation(
            scopes=reservation["scopes"],
            seconds=reservation["seconds"] + seconds,
            money=reservation["money"] + money,
            day=day,
            month=month,
            day_seconds=seconds + (reservation["day_seconds"] if same_day else 0),
            day_money=money + (reservation["day_money"] if same_day else 0),
            rate=reservation["rate"],
            longest=reservation["longest"],
            callee=reservation["callee"],
            attempts=reservation["attempts"],
            cool_down=reservation["cool_down"],
        )
    )


def _price_of_more(reservation: Reservation, seconds: int) -> int:
    if reservation["rate"] is None:
        return 0
    rate = Rate(*reservation["rate"])
    return price(rate, reservation["seconds"] + seconds) - price(rate, reservation["seconds"])


def _find_exceeded(meter: Meter, limits: Limits) -> Reason | None:
    """`meter` has the slice in it already."""
    for used, most, reason in (
        (meter.day.seconds, _in_seconds(limits.minutes_per_day), Reason.MINUTES_PER_DAY),
        (meter.month.seconds, _in_seconds(limits.minutes_per_month), Reason.MINUTES_PER_MONTH),
        (meter.day.money, limits.money_per_day, Reason.MONEY_PER_DAY),
        (meter.month.money, limits.money_per_month, Reason.MONEY_PER_MONTH),
    ):
        if most is not None and used > most:
            return reason
    return None


def _in_seconds(minutes: int | None) -> int | None:
    return None if minutes is None else minutes * _MINUTE
