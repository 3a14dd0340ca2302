"""Which tenant comes first on the start page, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hooks.calls.charts.call_hours import CallHours
from hooks.calls.trouble import TenantDay, order_worst_first

HOUR = datetime(2026, 11, 26, 8, tzinfo=UTC)
# The worse day first, each as today's numbers and those of a week ago.
WORSE_FIRST = {
    "more failed than a week ago": [({"failed": 3}, {}), ({"failed": 3}, {"failed": 3})],
    "refused counts": [({"refused": 1}, {}), ({}, {})],
    "unanswered counts": [({"unanswered": 1}, {}), ({}, {})],
    "answered and busy do not count": [({"failed": 1}, {}), ({"answered": 90, "busy": 9}, {})],
    "twice as many of few are worse than some more of many": [
        ({"failed": 20}, {"failed": 10}),
        ({"failed": 10_100}, {"failed": 10_000}),
    ],
    "a thousand more of many are worse than one of none": [
        ({"failed": 11_000}, {"failed": 10_000}),
        ({"failed": 1}, {}),
    ],
    "kinds of trouble are added up": [
        ({"failed": 2, "refused": 2, "unanswered": 2}, {}),
        ({"failed": 5}, {}),
    ],
    "as bad as a week ago is worse than better": [
        ({"failed": 5}, {"failed": 5}),
        ({"failed": 5}, {"failed": 6}),
    ],
    "of two that did not change, the one with more": [
        ({"failed": 9}, {"failed": 9}),
        ({"failed": 2}, {"failed": 2}),
    ],
}


def day(tenant, numbers):
    today, week_ago = numbers
    return TenantDay(tenant, CallHours(HOUR, **today), CallHours(HOUR, **week_ago))


@pytest.mark.parametrize("days", WORSE_FIRST.values(), ids=WORSE_FIRST)
def test_the_tenant_with_more_trouble_than_a_week_ago_comes_first(days):
    worse, better = (day(tenant, numbers) for tenant, numbers in zip((2, 1), days, strict=True))
    assert order_worst_first([better, worse]) == [worse, better]


def test_equal_tenants_keep_their_order():
    days = [day(tenant, ({}, {})) for tenant in (1, 2, 3)]
    assert order_worst_first(reversed(days)) == days
