"""The next slice of a talk: what it takes from the meters, and when the call must end instead."""

from __future__ import annotations

from datetime import datetime

import pytest

from hooks.limits.meter import Meter
from hooks.limits.slices import reserve_next_slice
from hooks.reasons import Reason
from tenants.limits import parse_limits

NOON = datetime(2026, 3, 4, 13, 0)
RESERVED = {
    "scopes": ["tenant", "callee 9"],
    "seconds": 300,
    "money": 500_000,
    "day": "2026-03-04",
    "month": "2026-03",
    "day_seconds": 300,
    "day_money": 500_000,
    "rate": [100_000, 0, 60, 60],  # 0.10 a minute
    "longest": None,
    "callee": "9",
    "attempts": "",
    "cool_down": None,
}
# A limit that the second slice just fits, the next smaller one, and why the call ends under it.
SLICES = [
    ({"minutes_per_day": 10}, {"minutes_per_day": 9}, Reason.MINUTES_PER_DAY),
    ({"minutes_per_month": 10}, {"minutes_per_month": 9}, Reason.MINUTES_PER_MONTH),
    ({"money_per_day": "1.00"}, {"money_per_day": "0.99"}, Reason.MONEY_PER_DAY),
    ({"money_per_month": "1.00"}, {"money_per_month": "0.99"}, Reason.MONEY_PER_MONTH),
]


def next_slice(scope, limits, **changes):
    meters = {name: Meter().reserve("2026-03-04", "2026-03", 300, 500_000) for name in
              RESERVED["scopes"]}  # fmt: skip
    parsed = {scope: parse_limits(limits)}
    return reserve_next_slice({**RESERVED, **changes}, 275, meters, parsed, NOON), meters


@pytest.mark.parametrize("scope", RESERVED["scopes"])
@pytest.mark.parametrize(("fits", "too_small", "reason"), SLICES)
def test_the_next_slice_must_fit(scope, fits, too_small, reason):
    allowed, meters = next_slice(scope, fits)
    assert (allowed.reservation["seconds"], allowed.reservation["money"]) == (600, 1_000_000)
    assert {meter.day for meter in meters.values()} == {("2026-03-04", 600, 1_000_000)}

    refused, meters = next_slice(scope, too_small)
    assert (refused.reservation, refused.refused) == (None, reason)
    assert {meter.day for meter in meters.values()} == {("2026-03-04", 300, 500_000)}


def test_the_longest_call_needs_no_slice_beyond_its_end():
    allowed, _ = next_slice("tenant", {}, longest=270)
    assert allowed.refused is Reason.CALL_SECONDS
    allowed, meters = next_slice("tenant", {}, longest=276)
    assert allowed.reservation["seconds"] == 306  # to its end and the moment it takes to end it
    assert meters["tenant"].day.seconds == 306
