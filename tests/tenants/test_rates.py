"""Which rate decides, and which is the dearest of some countries."""

from __future__ import annotations

import pytest

from tenants.models import Rate, Tenant


@pytest.fixture
def rates(db):
    acme = Tenant.objects.create(slug="acme", name="Acme")
    other = Tenant.objects.create(slug="other", name="Other")
    prices = {"4": 5, "49": 10, "4930": 30, "4930123": 20, "43": 60, "1473": 90, "375": 40}
    for prefix, per_minute in prices.items():
        Rate.objects.create(tenant=acme, prefix=prefix, per_minute=per_minute, currency="EUR")
    Rate.objects.create(tenant=other, prefix="49", per_minute=1000, currency="EUR")
    return acme.rates


@pytest.mark.parametrize(
    ("number", "prefix"),
    [("4930123456", "4930123"), ("493099", "4930"), ("4989", "49"), ("41", "4"), ("33", None)],
)
def test_the_longest_prefix_decides(rates, number, prefix):
    rate = rates.matching(number).first()
    assert (rate and rate.prefix) == prefix


@pytest.mark.parametrize(
    ("countries", "prefix"),
    [
        (["DE"], "4930"),
        (["DE", "AT"], "43"),
        (["CH"], "4"),  # 41: only the rate of a shorter prefix holds
        (["BY"], "375"),
        (["US"], "1473"),  # they share +1
        (["FR"], None),
        ([], None),
    ],
)
def test_the_dearest_rate_of_countries(rates, countries, prefix):
    rate = rates.dearest(countries)
    assert (rate and rate.prefix) == prefix


def test_a_connect_fee_decides_between_equals(rates):
    rates.filter(prefix="49").update(per_minute=30, connect_fee=1)
    assert rates.dearest(["DE"]).prefix == "49"
