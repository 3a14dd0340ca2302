"""Installations that are new, and that are two months old."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from hooks.event_weeks import PARTS, make_weeks
from tests.duties.weeks.parts import A_WEEK, ATTACH, NOW, ask, monday, weeks


@pytest.fixture(autouse=True)
def _begins_this_week(transactional_db):
    """As in a new installation, also where a test before has migrated an older one."""
    ask("ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event")
    for week in weeks():
        ask(f"DROP TABLE {week}")
    ask(f"{ATTACH} hooks_event FOR VALUES FROM (MINVALUE) TO ('{monday(NOW)}')")
    ask(make_weeks(90))


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
    ask(f"DROP TABLE IF EXISTS {week} CASCADE")
    ask("ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event")
    ask(f"{ATTACH} hooks_event FOR VALUES FROM (MINVALUE) TO ('{bound}')")


@pytest.fixture
def last_week():
    """The last of those to come is missing, as a while after the last turn of a worker."""
    last = weeks()[-1]
    ask(f"DROP TABLE {last}")
    yield last
    ask(make_weeks(90))
    assert last in weeks()


@pytest.fixture
def five_weeks(two_months_old):
    """The part after the week of that installation: it ended some three weeks ago."""
    begins_at = monday(NOW - timedelta(days=53))
    part = f"hooks_event_{begins_at:%Y_%m_%d}"
    ask(f"CREATE TABLE {part} (LIKE hooks_eventlog INCLUDING ALL)")
    ask(f"{ATTACH} {part} FOR VALUES FROM ('{begins_at}') TO ('{begins_at + 5 * A_WEEK}')")
    yield part
    ask(f"DROP TABLE IF EXISTS {part}")
