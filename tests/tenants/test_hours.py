"""Opening hours: nights, holidays, clocks that change, and every problem named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.hours import BadHours, is_open, next_opening, parse_hours

BERLIN = "Europe/Berlin"
OFFICE = {"mon-fri": ["09:00-12:00", "13:00-17:00"], "sat": []}
NIGHT = {"thu": ["22:00-02:00"], "sat-sun": ["22:00-02:00"]}
ALWAYS = {"mon-sun": ["00:00-24:00"]}


def local(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


# 2026-11-26 is a Thursday.
OPEN = [
    (OFFICE, "2026-11-26 08:59:59", False),
    (OFFICE, "2026-11-26 09:00", True),
    (OFFICE, "2026-11-26 11:59:59", True),
    (OFFICE, "2026-11-26 12:00", False),
    (OFFICE, "2026-11-26 16:59:59", True),
    (OFFICE, "2026-11-26 17:00", False),
    (OFFICE, "2026-11-28 10:00", False),  # a day that is closed
    (OFFICE, "2026-11-29 10:00", False),  # a day that is not given
    (OFFICE, "2026-12-25 10:00", False),  # a holiday
    (NIGHT, "2026-11-26 22:00", True),
    (NIGHT, "2026-11-27 01:59", True),
    (NIGHT, "2026-11-27 02:00", False),
    (NIGHT, "2026-11-27 22:30", False),
    (NIGHT, "2026-11-30 01:59", True),  # from Sunday to Monday
    (NIGHT, "2026-12-24 23:59", True),
    (NIGHT, "2026-12-25 00:30", False),  # the holiday begins
    (NIGHT, "2026-12-26 22:30", True),
    (NIGHT, "2026-01-02 00:30", False),  # the night of the holiday does not take place
    (ALWAYS, "2026-11-26 00:00", True),
    (ALWAYS, "2026-11-29 23:59:59", True),
    (ALWAYS, "2026-12-25 12:00", False),
    (None, "2026-11-29 03:00", True),
    (None, "2026-12-25 03:00", False),
    ({}, "2026-11-26 10:00", False),
]
HOLIDAYS = frozenset({"2026-12-25", "2026-01-01"})


@pytest.mark.parametrize(("hours", "now", "expected"), OPEN)
def test_it_is_open_in_the_time_of_the_tenant(hours, now, expected):
    assert is_open(parse_hours(hours), HOLIDAYS, BERLIN, local(now)) is expected
    assert is_open(parse_hours(hours), HOLIDAYS, BERLIN, local(now).astimezone(UTC)) is expected


def test_the_zone_decides_which_day_it_is():
    now = datetime(2026, 12, 25, 1, 30, tzinfo=UTC)
    always = parse_hours(ALWAYS)
    assert not is_open(always, HOLIDAYS, BERLIN, now)
    assert is_open(always, HOLIDAYS, "America/New_York", now)  # still the evening before


NEXT = [
    (OFFICE, "2026-11-26 10:15", "2026-11-26 10:15"),
    (OFFICE, "2026-11-26 12:30", "2026-11-26 13:00"),
    (OFFICE, "2026-11-26 18:00", "2026-11-27 09:00"),
    (OFFICE, "2026-11-27 18:00", "2026-11-30 09:00"),
    (OFFICE, "2026-12-24 18:00", "2026-12-28 09:00"),
    (NIGHT, "2026-12-25 00:30", "2026-12-26 22:00"),
    (ALWAYS, "2026-12-25 10:00", "2026-12-26 00:00"),
    (None, "2026-12-25 10:00", "2026-12-26 00:00"),
    ({}, "2026-11-26 10:00", None),
]


@pytest.mark.parametrize(("hours", "now", "expected"), NEXT)
def test_it_tells_the_next_opening(hours, now, expected):
    opening = next_opening(parse_hours(hours), HOLIDAYS, BERLIN, local(now))
    assert opening == (expected and local(expected))


# On 2026-03-29 the clocks in Berlin go from 2:00 to 3:00, on 2026-10-25 from 3:00 back to 2:00.
def test_an_opening_in_the_hour_that_is_missing_is_where_that_hour_would_begin():
    hours = parse_hours({"sun": ["02:30-05:00"]})
    three = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert next_opening(hours, frozenset(), BERLIN, local("2026-03-29 01:00")) == three
    assert is_open(hours, frozenset(), BERLIN, three)


def test_an_hour_that_comes_twice_is_open_twice():
    hours = parse_hours({"sun": ["02:15-02:45"]})
    between = local("2026-10-25 02:50")
    assert is_open(hours, frozenset(), BERLIN, local("2026-10-25 02:30"))
    assert not is_open(hours, frozenset(), BERLIN, between)
    second = local("2026-10-25 02:15", fold=1)
    assert next_opening(hours, frozenset(), BERLIN, between) == second.astimezone(UTC)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_office_hours_stay_where_they_are_when_clocks_change(day):
    hours = parse_hours({"sun": ["09:00-17:00"]})
    opening = next_opening(hours, frozenset(), BERLIN, local(f"{day} 00:30"))
    assert opening == local(f"{day} 09:00")
    assert not is_open(hours, frozenset(), BERLIN, local(f"{day} 17:00"))


@pytest.mark.proof
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),
    st.sampled_from([BERLIN, "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "UTC"]),
    st.sampled_from([OFFICE, NIGHT, {"sun": ["01:30-02:30"]}, {"sat": ["23:30-03:00"]}]),
)
def test_nothing_is_open_before_the_next_opening(now, zone, hours):
    week = parse_hours(hours)
    opening = next_opening(week, HOLIDAYS, zone, now)
    assert opening is not None
    assert is_open(week, HOLIDAYS, zone, opening)

    minutes = min(int((opening - now).total_seconds() // 60), 2000)
    first = [now + timedelta(minutes=number) for number in range(minutes)]
    last = [opening - timedelta(minutes=number) for number in range(1, minutes)]
    assert not any(is_open(week, HOLIDAYS, zone, moment) for moment in first + last)


@pytest.mark.parametrize("week", [{"mon-sun": []}, {"mon-sun": ["09:00-12:00", "13:00-17:00"]}])
def test_to_look_through_a_closed_year_costs_next_to_nothing(week, monkeypatch):
    """A stranger's page asks for the next opening, on the event loop of the hooks."""
    looks = []

    def look(*asked):
        looks.append(asked)
        return is_open(*asked)

    monkeypatch.setattr("tenants.hours.is_open", look)
    first = local("2026-03-02 12:00")
    holidays = frozenset(f"{first + timedelta(days=number):%Y-%m-%d}" for number in range(400))

    assert next_opening(parse_hours(week), holidays, BERLIN, first) is None
    assert next_opening(parse_hours({"mon-sun": []}), frozenset(), BERLIN, first) is None
    assert len(looks) == 2


SPAN = 'Expected a time from 00:00 to 24:00, like "09:00-17:00".'
PROBLEMS = [
    (["09:00-17:00"], {"": 'Expected an object of days, like {"mon-fri": ["09:00-17:00"]}.'}),
    ({"monday": []}, {"monday": 'Expected a day or days, like "mon" or "mon-fri".'}),
    (
        {"mon": "09:00-17:00"},
        {"mon": 'Expected a list of times, like ["09:00-17:00"]; [] is closed.'},
    ),
    (
        {"mon": ["9:00-17:00", "09:00-25:00", "09:60-10:00", "24:00-02:00", "09:00-09:00", 9]},
        {f"mon[{number}]": SPAN for number in range(6)},
    ),
    ({"mon-fri": [], "wed": []}, {"wed": "The hours of wed are given twice."}),
    ({"mon": ["09:00-13:00", "12:00-17:00"]}, {"mon": "These times overlap."}),
    ({"mon": ["22:00-02:00"], "tue": ["01:00-05:00"]}, {"tue": "These times overlap."}),
    ({"sun": ["22:00-02:00"], "mon": ["01:00-05:00"]}, {"mon": "These times overlap."}),
    ({"mon": ["09:00-10:00"] * 21}, {"mon": "At most 20 times for a day."}),
]


@pytest.mark.parametrize(("value", "problems"), PROBLEMS)
def test_it_names_every_problem(value, problems):
    with pytest.raises(BadHours) as caught:
        parse_hours(value)
    assert caught.value.problems == problems


def test_days_may_go_over_the_end_of_the_week():
    hours = parse_hours({"sat-mon": ["10:00-11:00"]})
    assert [bool(spans) for spans in hours] == [True, False, False, False, False, True, True]
