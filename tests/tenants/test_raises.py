"""Which changes raise what a tenant may spend: a table, field by field."""

from __future__ import annotations

import pytest

from tenants.raising.comparing import (
    Change,
    Place,
    flatten_limits,
    leads_out,
    limit_changes,
    raises,
)
from tenants.raising.comparing import with_limit as put

GERMANY = Place("DE")
OPEN = {"countries": ["AT", "DE"], "types": ["fixed_line", "mobile"]}
HOME, HOME_MOBILE, ABROAD, PREMIUM = "+4930123456", "+491701234567", "+4315880", "+499001234567"


@pytest.mark.parametrize(
    ("before", "after", "is_raise"),
    [
        (1, 2, True),
        (2, 1, False),
        (2, 2, False),
        (9, 10, True),
        (10, 9, False),
        (0, 1, True),
        (1, 0, False),
        (1, None, True),
        (0, None, True),
        (None, 1, False),
        (None, 0, False),
        (None, None, False),
        ("0.20", "0.21", True),
        ("9.00", "10.00", True),
        ("10.00", "9.00", False),
        ("20.00", "20", False),
        ("0.00", None, True),
        (None, "0.00", False),
    ],
)
@pytest.mark.parametrize("name", ["calls_per_hour", "price_per_minute", "visitor.calls_per_day"])
def test_a_limit_is_raised_by_more_and_by_lifting(name, before, after, is_raise):
    assert raises(Change(f"limits.{name}", before, after), GERMANY) is is_raise


@pytest.mark.parametrize(
    ("before", "after", "is_raise"),
    [
        ("0.50", "0.49", True),
        ("0.50", "0.00", True),
        ("10.00", "9.00", True),
        ("0.50", None, True),
        ("0.00", None, True),
        ("0.50", "0.500000", False),
        ("0.50", "0.51", False),
        ("9.00", "10.00", False),
        (None, "0.00", False),
        (None, None, False),
    ],
)
def test_a_lower_price_of_internal_calls_is_a_raise(before, after, is_raise):
    assert raises(Change("internal_rate", before, after), GERMANY) is is_raise


@pytest.mark.parametrize(
    ("highest", "after", "is_raise"),
    [
        ("0.50", "0.49", True),
        ("0.50", "0.500000", False),
        ("0.50", "0.51", False),
        ("0.50", None, False),
        (None, "0.00", False),
    ],
)
def test_the_first_rate_of_an_account_is_compared_with_the_others(highest, after, is_raise):
    place = GERMANY._replace(internal_rate=highest)
    assert raises(Change("internal_rate", None, after), place) is is_raise
    assert raises(Change("internal_rate", "0.30", "0.30"), place) is False


@pytest.mark.parametrize(
    ("before", "after", "is_raise"),
    [
        (OPEN, OPEN, False),
        (OPEN, {"countries": ["DE"], "types": ["mobile"]}, False),
        (OPEN, {**OPEN, "countries": ["AT", "CH", "DE"]}, True),
        (OPEN, {**OPEN, "countries": ["CH"]}, True),
        (OPEN, {**OPEN, "types": ["voip"]}, True),
        (OPEN, None, False),
        (None, OPEN, True),
        (None, {"countries": [], "types": ["premium_rate"]}, True),
        (None, None, False),
    ],
)
def test_destinations_are_raised_by_what_was_closed(before, after, is_raise):
    assert raises(Change("destinations", before, after), GERMANY) is is_raise


@pytest.mark.parametrize(
    ("before", "after", "is_raise"),
    [
        ("10001", HOME, False),
        ("10001", "10002", False),
        ("10001", "sip:anna@acme.example", False),
        (HOME, HOME_MOBILE, False),
        (HOME, ABROAD, True),
        (HOME, PREMIUM, True),
        (HOME, "+881612345678", True),
        (HOME, "+49301", False),
        (ABROAD, HOME, False),
        (ABROAD, "+43158801", True),
        (ABROAD, "0043-1-5880", False),
    ],
)
def test_a_callee_is_raised_by_a_number_abroad_or_of_a_costly_type(before, after, is_raise):
    assert raises(Change("target", before, after), GERMANY) is is_raise


@pytest.mark.parametrize(
    ("place", "target", "leads"),
    [
        (Place(""), ABROAD, False),
        (Place("", OPEN), ABROAD, False),
        (Place("", OPEN), "+41446681800", True),
        (Place("AT"), ABROAD, False),
        (Place("DE", OPEN), ABROAD, True),
        (Place("DE", OPEN, {"types": ["invalid"]}), "+49301", True),
        (Place("DE", OPEN, {"types": ["premium_rate"]}), "+49301", False),
    ],
)
def test_home_is_the_country_or_what_is_open(place, target, leads):
    assert leads_out(target, place) is leads


@pytest.mark.parametrize(
    ("before", "after", "is_raise"),
    [("", "DE", False), ("DE", "DE", False), ("DE", "AT", True), ("DE", "", True)],
)
def test_the_country_is_set_once(before, after, is_raise):
    for field in ("country", "currency"):
        assert raises(Change(field, before, after), GERMANY) is is_raise


@pytest.mark.parametrize("field", ["hours", "name", "default"])
def test_other_fields_raise_nothing(field):
    assert not raises(Change(field, "a", "b"), GERMANY)


def test_limits_are_compared_and_set_one_by_one():
    limits = {"calls_per_hour": 1, "money_per_day": "1.00", "visitor": {"calls_per_day": 2}}
    assert flatten_limits(limits) == {
        "limits.calls_per_hour": 1,
        "limits.money_per_day": "1.00",
        "limits.visitor.calls_per_day": 2,
    }
    assert [*limit_changes(limits, {"calls_per_hour": 2, "money_per_day": "1"})] == [
        Change("limits.calls_per_hour", 1, 2),
        Change("limits.visitor.calls_per_day", 2, None),
    ]
    assert put(limits, "limits.calls_per_hour", None) == {
        "money_per_day": "1.00",
        "visitor": {"calls_per_day": 2},
    }
    assert put(limits, "limits.visitor.calls_per_day", None) == {
        "calls_per_hour": 1,
        "money_per_day": "1.00",
    }
    assert put({}, "limits.visitor.calls_per_hour", 3) == {"visitor": {"calls_per_hour": 3}}
