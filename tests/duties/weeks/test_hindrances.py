"""Readers, other workers, roles and tables that are in the way of weeks of events."""

from __future__ import annotations

import threading
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from hooks.duties import weeks as duty
from hooks.event_weeks import make_weeks
from hooks.models import Event
from tests.duties.running import wait_for
from tests.duties.weeks.parts import NOW, an_event, ask, monday, take_turn, weeks

pytestmark = pytest.mark.proof
KEEP = {"CLICKHOOK_KEEP_EVENTS": "30", "CLICKHOOK_KEEP_CALLS": "0"}


@pytest.fixture
def stranger():
    """A connection of somebody else's."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        yield other


@pytest.fixture
def no_owner(transactional_db):
    """A role that may read and write every table, and owns none."""
    ask("CREATE ROLE no_owner")
    ask("GRANT ALL ON ALL TABLES IN SCHEMA public TO no_owner")
    yield "no_owner"
    ask("DROP OWNED BY no_owner")
    ask("DROP ROLE no_owner")


@pytest.fixture
def name_taken(last_week):
    """A table of somebody else's has the name of the week before the last."""
    name = weeks()[-1]
    ask(f"DROP TABLE {name}")
    ask(f"CREATE TABLE {name} AS SELECT 'of somebody else' AS whose")
    yield name
    if name not in weeks():
        ask(f"DROP TABLE {name}")


def test_who_reads_for_long_goes_first_and_holds_up_no_hook(acme, last_week, stranger):
    with stranger.transaction():
        stranger.execute("SELECT count(*) FROM hooks_eventlog")
        assert take_turn() == "weeks to come: waits for whoever reads the events"
        acme.connected()

    assert last_week not in weeks()
    assert take_turn() == ""
    assert last_week in weeks()


def test_the_command_waits_for_who_reads_for_a_moment(two_months_old, stranger, settings):
    settings.CLICKHOOK_KEEP_EVENTS, settings.CLICKHOOK_KEEP_CALLS = 30, 0
    stranger.autocommit = False
    stranger.execute("SELECT count(*) FROM hooks_eventlog")
    for_a_moment = threading.Timer(1.0, stranger.rollback)
    for_a_moment.start()
    call_command("prune", stdout=StringIO())
    for_a_moment.join()

    assert two_months_old not in weeks()


def test_a_week_that_another_worker_has_dropped_is_none_to_drop(two_months_old, monkeypatch):
    async def list_before(worker):
        await worker.execute(f"DROP TABLE {two_months_old}")
        return [two_months_old]

    monkeypatch.setattr(duty, "list_past", list_before)
    assert take_turn() == f"dropped {two_months_old}"


def test_a_table_that_has_the_name_of_a_week_is_left_alone(last_week, name_taken):
    assert take_turn() == ""
    assert ask(f"SELECT whose FROM {name_taken}") == [("of somebody else",)]
    assert last_week in weeks()
    assert name_taken not in weeks()

    ask(f"DROP TABLE {name_taken}")
    assert take_turn() == ""
    assert name_taken in weeks()


def test_a_view_of_a_week_keeps_it_and_is_told(two_months_old, last_week, settings):
    settings.CLICKHOOK_KEEP_EVENTS = 30
    ask(f"CREATE VIEW of_somebody_else AS SELECT id FROM {two_months_old}")

    assert take_turn() == f"{two_months_old}: a view or another object of yours depends on it"
    assert two_months_old in weeks()
    assert last_week in weeks()
    ask("DROP VIEW of_somebody_else")
    assert take_turn() == f"dropped {two_months_old}"


def test_the_command_says_that_a_view_is_in_the_way(two_months_old, manage):
    ask(f"CREATE VIEW of_somebody_else AS SELECT id FROM {two_months_old}")
    done = manage("prune", **KEEP)
    ask("DROP VIEW of_somebody_else")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "of_somebody_else" in done.stderr


def test_a_role_that_owns_no_table_makes_no_week_and_no_fault(last_week, no_owner):
    assert take_turn(no_owner) == "weeks to come: another role owns the tables"
    assert last_week not in weeks()


def test_hooks_wait_for_a_moment_only_where_many_events_lie_outside(last_week, monkeypatch):
    monkeypatch.setattr(duty, "LOOK_THROUGH_WITHIN", "SET LOCAL statement_timeout = 1")
    assert take_turn().startswith("weeks to come: hooks_event_other holds so many events")
    assert last_week not in weeks()


def test_a_hook_that_comes_while_its_week_is_made_is_recorded(cast, stranger):
    """The week of today, after a month without a worker."""
    this_week = f"hooks_event_{monday(NOW):%Y_%m_%d}"
    ask(f"DROP TABLE {this_week}")
    waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = ANY ({}::regclass[])"
    tables = "ARRAY['hooks_eventlog', 'hooks_event_other']"
    with stranger.transaction():
        stranger.execute(make_weeks(90))
        hook = threading.Thread(target=an_event_of_its_own, args=(cast,))
        hook.start()
        wait_for(lambda: stranger.execute(waiting.format(tables)).rowcount == 1)
    hook.join()

    assert this_week in weeks()
    assert Event.objects.count() == 1


def an_event_of_its_own(cast) -> None:
    """In a thread, whose connection nobody else closes."""
    an_event(cast, NOW)
    connection.close()
