"""While money is limited, a manager's deck is taken only where no destination costs less."""

from __future__ import annotations

import pytest

from tenants.models import ImportRun, Rate, Tenant
from tests import cast as casting
from tests.manager import change, confirm_upload, signed_in, upload

HEADER = "prefix,per_minute,connect_fee,first_increment,next_increment,currency\n"
NATIONAL, MOBILE = "49,0.20,0.00,60,60,EUR\n", "4915,0.30,0.05,60,60,EUR\n"
LOOSENS = "Lower prices loosen the limits of money: an administrator imports them"
NO_PRICE = "and would have no price: the next one could be lower."


@pytest.fixture
def acme(db):
    acme = casting.assemble().acme
    Tenant.objects.filter(pk=acme.pk).update(limits={"money_per_day": "5.00"})
    for prefix, per_minute, fee in (("49", 200_000, 0), ("4915", 300_000, 50_000)):
        acme.rates.create(prefix=prefix, per_minute=per_minute, connect_fee=fee, currency="EUR")
    return acme


@pytest.fixture
def browser(acme):
    return signed_in("manager", acme)


def told_by(browser, *lines):
    return upload(browser, HEADER + "".join(lines), "rates", tenant="acme").content.decode()


def stored():
    return list(Rate.objects.order_by("prefix").values_list("prefix", "per_minute"))


@pytest.mark.parametrize(
    ("lines", "prefix", "why"),
    [
        ((NATIONAL.replace("0.20", "0.01"), MOBILE), "49", "0.01 is lower than 0.20"),
        ((NATIONAL, MOBILE, "4930,0.00,0.00,60,60,EUR\n"), "4930", "0.00 is lower than 0.20"),
        ((NATIONAL,), "4915", "0.20 is lower than 0.30"),
        ((MOBILE,), "49", f"It costs 0.20 so far, {NO_PRICE}"),
        ((NATIONAL, MOBILE.replace("0.05", "0.04")), "4915", "The connect fee of 0.04 is lower"),
        ((NATIONAL.replace(",60,60", ",1,1"), MOBILE), "49", "Increments of 1/1 seconds can bill"),
    ],
)
def test_what_is_lower_is_refused_at_its_row(browser, lines, prefix, why):
    before = stored()
    told = told_by(browser, *lines)
    assert f"rate acme/{prefix}" in told
    assert why in told
    assert LOOSENS in told
    assert stored() == before
    assert not ImportRun.objects.exists()


def test_what_is_equal_or_higher_or_new_is_taken(browser):
    lines = (NATIONAL, MOBILE.replace("0.30", "0.31"), "4930,0.20,0,60,60,EUR\n", "43,0,0,1,1,EUR")
    told_by(browser, *lines)
    confirm_upload(browser)
    assert stored() == [("43", 0), ("49", 200_000), ("4915", 310_000), ("4930", 200_000)]


def test_without_a_limit_of_money_every_price_is_taken(acme, browser):
    cheaper = NATIONAL.replace("0.20", "0.01")
    acme.callees.update(limits={"price_per_minute": "0.10"})
    assert LOOSENS in told_by(browser, cheaper, MOBILE)
    Tenant.objects.filter(pk=acme.pk).update(limits={"calls_per_day": 1})
    assert LOOSENS in told_by(browser, cheaper, MOBILE)
    acme.callees.update(limits={})
    told_by(browser, cheaper, MOBILE)
    confirm_upload(browser)
    assert stored()[0] == ("49", 10_000)


def test_an_administrator_lowers_prices(acme):
    administrator = signed_in("administrator")
    told_by(administrator, NATIONAL.replace("0.20", "0.01"), MOBILE)
    confirm_upload(administrator)
    assert stored() == [("49", 10_000), ("4915", 300_000)]


def test_a_manager_does_not_take_back_a_rise(acme, browser):
    told_by(browser, NATIONAL.replace("0.20", "0.25"), MOBILE)
    confirm_upload(browser)
    undo = change(ImportRun.objects.get()).replace("/change/", "/undo/")
    for answer in (browser.get(undo), browser.post(undo)):
        assert "0.20 is lower than 0.25" in answer.content.decode()
    assert stored()[0] == ("49", 250_000)

    signed_in("administrator").post(undo)
    assert stored()[0] == ("49", 200_000)


def test_a_preview_of_before_the_prices_rose_is_refused(acme, browser):
    told_by(browser, NATIONAL.replace("0.20", "0.25"), MOBILE)
    acme.rates.filter(prefix="49").update(per_minute=300_000)
    assert "Nothing was changed." in confirm_upload(browser).content.decode()
    assert stored()[0] == ("49", 300_000)
