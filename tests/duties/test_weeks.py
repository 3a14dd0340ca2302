"""Events lie in weeks: those to come are made, those that served their time go as a whole."""

from __future__ import annotations

import asyncio
import json
import uuid
from datetime import timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clickhook.doctor.checks.event_weeks import check_event_weeks
from hooks.duties.repeating import connect
from hooks.duties.weeks import keep_weeks
from hooks.event_weeks import MAKE_WEEKS, PARTS
from hooks.models import Event

pytestmark = pytest.mark.proof
NOW = timezone.now()
KEEP = {"CLICKHOOK_KEEP_EVENTS": "30", "CLICKHOOK_KEEP_CALLS": "0"}
ATTACH = "ALTER TABLE hooks_eventlog ATTACH PARTITION"
A_WEEK = timedelta(days=7)


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else None


def weeks() -> list[str]:
    return sorted(name for (name,) in ask(f"SELECT name FROM ({PARTS}) part") if "20" in name)


def place_of(event) -> str:
    query = f"SELECT tableoid::regclass::text FROM hooks_eventlog WHERE id = {event.pk}"
    return ask(query)[0][0]


def an_event(cast, at):
    of = {"tenant": cast.acme, "instance": cast.acme_1, "received_at": at, "body": {}}
    return Event.objects.create(
        hook_id=uuid.uuid4(), method="call", decision="allowed", reason="allowed", **of
    )


def monday(at):
    start = at - timedelta(days=at.weekday())
    return start.replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _begins_this_week(transactional_db):
    """As in a new installation, also where a test before has migrated an older one."""
    ask("ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event")
    for week in weeks():
        ask(f"DROP TABLE {week}")
    ask(f"{ATTACH} hooks_event FOR VALUES FROM (MINVALUE) TO ('{monday(NOW)}')")
    ask(MAKE_WEEKS)


@pytest.fixture
def two_months_old(transactional_db):
    """The first part ends two months ago, as in an installation of that age; it has one week."""
    begins_at = monday(NOW - timedelta(days=60))
    [(bound,)] = ask(f"SELECT ends_at::text FROM ({PARTS}) part WHERE name = 'hooks_event'")
    week = f"hooks_event_{begins_at:%Y_%m_%d}"
    ask("ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event")
    ask(f"{ATTACH} hooks_event FOR VALUES FROM (MINVALUE) TO ('{begins_at}')")
    ask(f"CREATE TABLE {week} (LIKE hooks_eventlog INCLUDING ALL)")
    ask(f"{ATTACH} {week} FOR VALUES FROM ('{begins_at}') TO ('{begins_at + A_WEEK}')")
    yield week
    call_command("flush", verbosity=0, interactive=False)
    ask(f"DROP TABLE IF EXISTS {week}")
    ask("ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event")
    ask(f"{ATTACH} hooks_event FOR VALUES FROM (MINVALUE) TO ('{bound}')")


@pytest.fixture
def last_week():
    """The last of those to come is missing, as a while after the last turn of a worker."""
    last = weeks()[-1]
    ask(f"DROP TABLE {last}")
    yield last
    ask(MAKE_WEEKS)
    assert last in weeks()


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


def test_who_reads_for_long_goes_first_and_holds_up_no_hook(acme, last_week):
    async def take_turn():
        async with await connect() as worker:
            return await keep_weeks(worker)

    with psycopg.connect(**connection.get_connection_params()) as reader:
        reader.execute("SELECT count(*) FROM hooks_eventlog")
        assert asyncio.run(take_turn()) == "waits for whoever reads the events"
        acme.connected()
        reader.rollback()

    assert last_week not in weeks()
    assert asyncio.run(take_turn()) == ""
    assert last_week in weeks()


def test_what_no_week_takes_is_kept_all_the_same_and_told(cast, last_week):
    event = an_event(cast, NOW + timedelta(days=300))
    assert place_of(event) == "hooks_event_other"
    [(name, is_well, sentence, _), (_, ends_well, _, _)] = check_event_weeks()
    assert (name, is_well, ends_well) == ("weeks", False, True)
    assert sentence == "1 events lie outside the weeks, where they are deleted one by one."

    begins_at = NOW.strptime(last_week[-10:] + " +0000", "%Y_%m_%d %z")
    meanwhile = an_event(cast, begins_at + timedelta(days=3))
    ask(MAKE_WEEKS)
    assert last_week not in weeks()  # its event lies elsewhere already
    Event.objects.filter(pk=meanwhile.pk).delete()


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
        ask(MAKE_WEEKS)
    assert [week for week in weeks() if week in later] == later


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
