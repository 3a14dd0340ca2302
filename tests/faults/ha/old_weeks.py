"""Weeks of events that served their time, so many that dropping them takes a while."""

from __future__ import annotations

import time

import psycopg
from psycopg import sql
from psycopg.errors import UndefinedTable

WEEKS = 150
EVENTS = 200  # in each
BEGIN_WITHIN = 60.0  # seconds
GOES_ON_WITHIN = 60.0  # seconds; a turn that failed comes again soon
FIRST_ENDS = """
ALTER TABLE hooks_eventlog DETACH PARTITION hooks_event;
ALTER TABLE hooks_eventlog ATTACH PARTITION hooks_event FOR VALUES FROM (MINVALUE) TO ('2019-12-30')
"""
MAKE = f"""
DO $$ DECLARE monday timestamptz; made text; BEGIN
    FOR number IN 0..{WEEKS - 1} LOOP
        monday := timestamptz '2019-12-30 00:00+00' + number * interval '168 hours';
        made := to_char(monday AT TIME ZONE 'UTC', '"hooks_event_"YYYY_MM_DD');
        EXECUTE format('CREATE TABLE %I (LIKE hooks_eventlog INCLUDING ALL)', made);
        EXECUTE format('ALTER TABLE %I OWNER TO clickhook', made);
        EXECUTE format('ALTER TABLE hooks_eventlog ATTACH PARTITION %I '
                       'FOR VALUES FROM (%L) TO (%L)',
                       made, monday, monday + interval '168 hours');
        INSERT INTO hooks_eventlog
               (hook_id, received_at, instance_id, method, decision, reason, detail, body)
        SELECT gen_random_uuid(), monday + interval '1 hour',
               (SELECT id FROM tenants_wcsinstance LIMIT 1), 'call', 'noted', 'noted', '', '{{}}'
          FROM generate_series(1, {EVENTS});
    END LOOP;
END $$
"""
# Reads the catalogue alone: whoever reads a week keeps the worker from dropping it.
LIST = """
SELECT relname, EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
  FROM pg_class
 WHERE relkind = 'r' AND relname ~ '^hooks_event_(2019|202[0-2])_' ORDER BY relname DESC
"""


def make_old_weeks(connection: psycopg.Connection) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(FIRST_ENDS)
    connection.execute(MAKE)


def wait_until_dropping(connection: psycopg.Connection) -> None:
    """Some are gone, and others are not."""
    deadline = time.monotonic() + BEGIN_WITHIN
    while len(_list(connection)) == WEEKS:
        if time.monotonic() > deadline:
            raise TimeoutError("no old week was dropped")
        time.sleep(0.01)


def wait_until_going_on(connection: psycopg.Connection) -> None:
    """Some are left at the new primary, and the worker drops more of them."""
    left = len(_list(connection))
    if not left:
        raise RuntimeError("all old weeks were dropped before the primary changed")
    deadline = time.monotonic() + GOES_ON_WITHIN
    while len(_list(connection)) == left:
        if time.monotonic() > deadline:
            raise TimeoutError(f"of {left} old weeks none was dropped by the new primary")
        time.sleep(0.1)


def find_broken(connection: psycopg.Connection) -> str:
    """Each is wholly there or wholly gone. One that a hook kept waiting stays until the next turn.

    The last ones are read first: those are dropped last.
    """
    broken = [
        week
        for week, is_attached in _list(connection)
        if not is_attached or _count(connection, week) not in (None, EVENTS)
    ]
    return f"half dropped: {', '.join(broken)}" if broken else ""


def _list(connection: psycopg.Connection) -> list[tuple[str, bool]]:
    return connection.execute(LIST).fetchall()


def _count(connection: psycopg.Connection, week: str) -> int | None:
    """None where it was dropped meanwhile."""
    counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(week))
    try:
        [(number,)] = connection.execute(counting).fetchall()
    except UndefinedTable:
        return None
    return int(number)
