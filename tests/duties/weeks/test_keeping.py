"""Events lie in weeks: those to come are made, those that served their time go as a whole."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from clickhook.doctor.checks.event_weeks import check_event_weeks
from hooks.event_weeks import MOVED, PARTS, make_weeks
from hooks.models import Event
from tests.duties.weeks.parts import (
    A_WEEK,
    NOW,
    an_event,
    ask,
    begin_of,
    monday,
    place_of,
    weeks,
)

pytestmark = pytest.mark.proof
KEEP = {"CLICKHOOK_KEEP_EVENTS": "30", "CLICKHOOK_KEEP_CALLS": "0"}


def test_the_command_drops_a_week_that_served_its_time(cast, two_months_old, manage):
    old, new = an_event(cast, NOW - timedelta(days=56)), an_event(cast, NOW)
    older = an_event(cast, NOW - timedelta(days=80))
    assert [place_of(event) for event in (old, older)] == [two_months_old, "hooks_event"]
    assert place_of(new) == f"hooks_event_{monday(NOW):%Y_%m_%d}"

    dry = json.loads(manage("prune", "--dry-run", "--json", **KEEP).stdout)
    assert dry["rows"]["events"] == 2
    assert two_months_old in weeks()
    done = manage("prune", "--json", **KEEP)
    assert json.loads(done.stdout)["rows"] == dry["rows"]

    assert two_months_old not in weeks()
    assert Event.objects.get() == new


def test_a_week_is_kept_to_its_last_day(cast, two_months_old, manage):
    """So its first event is kept for six days more."""
    event = an_event(cast, monday(NOW - timedelta(days=60)))
    last_day = monday(NOW - timedelta(days=60)) + timedelta(days=6)
    days = str((NOW - last_day).days)

    manage("prune", **KEEP | {"CLICKHOOK_KEEP_EVENTS": days})
    assert Event.objects.get() == event


@pytest.mark.parametrize("command", [("prune",), ("worker", "--once")])
def test_of_a_part_that_is_too_long_now_events_go_one_by_one(cast, five_weeks, manage, command):
    """It was made while they were kept for longer."""
    an_event(cast, NOW - timedelta(days=40))
    young = an_event(cast, NOW - timedelta(days=25))
    assert place_of(young) == five_weeks

    dry = json.loads(manage("prune", "--dry-run", "--json", **KEEP).stdout)
    assert dry["rows"]["events"] == 1
    assert manage(*command, **KEEP).returncode == 0
    assert Event.objects.get() == young


def test_the_worker_makes_and_drops_weeks(cast, two_months_old, last_week, manage):
    an_event(cast, NOW - timedelta(days=56))
    done = manage("worker", "--once", "--json", **KEEP)

    assert json.loads(done.stdout)["duties"]["keeping weeks"] == f"dropped {two_months_old}"
    assert last_week in weeks()
    assert not Event.objects.exists()


def test_for_ever_is_for_ever(cast, two_months_old, manage):
    an_event(cast, NOW - timedelta(days=56))
    manage("prune", **KEEP | {"CLICKHOOK_KEEP_EVENTS": "0"})
    assert two_months_old in weeks()
    assert Event.objects.exists()


def test_what_no_week_takes_is_kept_all_the_same_and_told(cast, last_week):
    event = an_event(cast, NOW + timedelta(days=300))
    assert place_of(event) == "hooks_event_other"
    [(name, is_well, sentence, _), (_, ends_well, _, _)] = check_event_weeks()
    assert (name, is_well, ends_well) == ("weeks", False, True)
    assert sentence == "1 events lie outside the weeks, where they are deleted one by one."


def test_what_a_wrong_clock_wrote_moves_to_its_week_when_that_is_made(cast, last_week):
    event = an_event(cast, begin_of(last_week) + timedelta(days=3))
    far = an_event(cast, NOW + timedelta(days=300))
    ask(make_weeks(90))

    assert [place_of(event), place_of(far)] == [last_week, "hooks_event_other"]
    assert Event.objects.get(pk=event.pk) == event
    ask(f"DELETE FROM {last_week}")


def test_a_week_of_many_events_stays_where_it_is(cast, last_week):
    """To move them would take too long while hooks wait."""
    ask(f"""
        INSERT INTO hooks_eventlog
               (received_at, instance_id, method, decision, reason, detail, body)
        SELECT '{begin_of(last_week)}'::timestamptz + n * interval '1 s', '{cast.acme_1.pk}',
               'call', 'allowed', 'allowed', '', '{{}}' FROM generate_series(0, {MOVED}) n
    """)
    ask(make_weeks(90))
    assert last_week not in weeks()
    assert Event.objects.count() == MOVED + 1
    ask("DELETE FROM hooks_event_other")


@pytest.mark.parametrize(("days", "number"), [("730", 8), ("0", 52)])
def test_where_events_are_kept_for_long_a_part_takes_more_weeks(last_week, manage, days, number):
    """Else a statement that names no time had ever more tables to lock, and some day too many."""
    done = manage("worker", "--once", CLICKHOOK_KEEP_EVENTS=days)
    assert done.returncode == 0, done.stderr
    [(ends_at,)] = ask(f"SELECT ends_at FROM ({PARTS}) part WHERE name = '{last_week}'")
    assert ends_at == begin_of(last_week) + number * A_WEEK

    manage("worker", "--once", CLICKHOOK_KEEP_EVENTS="90")
    assert weeks()[-1] == last_week
    ask(f"DROP TABLE {last_week}")


def test_a_part_of_more_weeks_ends_where_there_is_a_week(last_week):
    *_, one_before, _ = [*weeks(), last_week]
    ask(make_weeks(90))
    ask(f"DROP TABLE {one_before}")
    ask(make_weeks(0))
    [(ends_at,)] = ask(f"SELECT ends_at FROM ({PARTS}) part WHERE name = '{one_before}'")
    assert ends_at == begin_of(last_week)


def test_the_doctor_tells_when_weeks_run_out(transactional_db):
    later = [week for week in weeks() if week > f"hooks_event_{monday(NOW):%Y_%m_%d}"]
    for week in later:
        ask(f"DROP TABLE {week}")
    try:
        [(_, is_well, sentence, remedy)] = check_event_weeks()
        ends_at = monday(NOW) + A_WEEK
        assert (is_well, sentence) == (
            False,
            f"Events have weeks to lie in until {ends_at:%Y-%m-%d} only.",
        )
        assert "worker" in remedy
    finally:
        ask(make_weeks(90))
    assert [week for week in weeks() if week in later] == later


def test_the_doctor_tells_that_there_is_no_week_at_all(transactional_db):
    for week in weeks():
        ask(f"DROP TABLE {week}")
    [(_, is_well, sentence, remedy)] = check_event_weeks()
    assert (is_well, sentence) == (False, "Events have no week to lie in.")
    assert "worker" in remedy


def test_the_doctor_tells_of_weeks_that_stay(two_months_old, settings):
    settings.CLICKHOOK_KEEP_EVENTS = 30
    [(_, is_well, sentence, remedy), _] = check_event_weeks()
    assert (is_well, sentence) == (
        False,
        f"Weeks that served their time are still there: {two_months_old}.",
    )
    assert "worker" in remedy

    settings.CLICKHOOK_KEEP_EVENTS = 0
    assert [is_well for _, is_well, _, _ in check_event_weeks()] == [True]


def test_a_hook_that_is_written_twice_is_one_event(acme):
    acme.connected()
    copy = """
    INSERT INTO hooks_eventlog (hook_id, received_at, instance_id, method, decision, reason, detail,
                                body)
    SELECT hook_id, received_at, instance_id, method, decision, reason, detail, body
      FROM hooks_eventlog ON CONFLICT (hook_id, received_at) DO NOTHING
    """
    before = Event.objects.count()
    ask(copy)
    assert Event.objects.count() == before > 0
