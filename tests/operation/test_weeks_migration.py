"""The migration to weeks of events: interrupted anywhere it is begun again, forwards and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

BEFORE, WEEKS = "0032_streams_of_alias", "0033_weeks_of_events"
# Names, definitions and places of all that belongs to the table of events.
SHAPE = """
SELECT relname, relkind::text, coalesce(pg_get_expr(relpartbound, pg_class.oid), ''),
       CASE WHEN relkind IN ('i', 'I') THEN pg_get_indexdef(pg_class.oid) ELSE '' END
  FROM pg_class WHERE relname ~ '(^|_)event(_|log|$)' AND relname !~ '20[0-9][0-9]_|^pg_'
UNION ALL
SELECT conname, contype::text, conrelid::regclass::text, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE conrelid::regclass::text ~ '^hooks_event(log|_other)?$'
UNION ALL
SELECT tgname, '', tgrelid::regclass::text, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE tgrelid::regclass::text ~ '^hooks_event(log|_other)?$'
 ORDER BY 1, 2, 3, 4
"""
EVENT = """
INSERT INTO hooks_event{} (received_at, instance_id, method, decision, reason, detail, body)
VALUES (now(), '00000000-0000-4000-8000-000000000001', 'call', 'allowed', 'allowed', '', '{{}}')
RETURNING id
"""


class Interrupted(Exception):
    """The process was killed, the line cut."""


def ask(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall() if cursor.description else None


def go(to: str) -> None:
    call_command("migrate", "hooks", to, verbosity=0)


@contextmanager
def interrupted_before(number: int) -> Iterator[None]:
    """The statement of that number, among those that change something, is not executed."""
    numbers = itertools.count()

    def execute(execute, sql, params, many, context):
        changes = not str(sql).lstrip().startswith(("SELECT", "SET", "SHOW"))
        if changes and next(numbers) == number:
            raise Interrupted
        return execute(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


@pytest.fixture
def before(transactional_db):
    """An installation of the release before, with an event."""
    go(BEFORE)
    ask(EVENT.format(""))
    yield
    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)


def interrupt_everywhere(to: str, back: str) -> Iterator[list]:
    """Before each statement in turn, and begun again; gives the shape that comes out each time."""
    for number in itertools.count():
        try:
            with interrupted_before(number):
                go(to)
        except Interrupted:
            connection.close()
            go(to)
            yield ask(SHAPE)
            go(back)
        else:
            return


@pytest.mark.long
def test_interrupted_everywhere_it_is_begun_again(before):
    old = ask(SHAPE)
    go(WEEKS)
    new = ask(SHAPE)
    back = [*interrupt_everywhere(BEFORE, WEEKS)]
    there = [*interrupt_everywhere(WEEKS, BEFORE)]

    assert len(there) > 8
    assert len(back) > 1
    assert all(shape == new for shape in there)
    assert all(shape == old for shape in back)
    [(first,), (second,)] = [*ask("SELECT id FROM hooks_eventlog"), *ask(EVENT.format("log"))]
    assert second == first + 1


@pytest.mark.proof
def test_done_and_not_yet_noted_it_is_done(before):
    noted = MigrationRecorder(connection)
    for there, unnote in ((WEEKS, noted.record_unapplied), (BEFORE, noted.record_applied)):
        go(there)
        shape = ask(SHAPE)
        unnote("hooks", WEEKS)
        go(there)
        assert ask(SHAPE) == shape


@pytest.mark.proof
def test_what_reindex_left_over_is_in_no_week(before):
    """Else every week had an index more, and the first part were indexed while everybody waits."""
    ask("CREATE INDEX event_by_time_ccnew ON hooks_event (received_at)")
    ask("""
        UPDATE pg_index SET indisvalid = false
         WHERE indexrelid = 'event_by_time_ccnew'::regclass
    """)
    go(WEEKS)
    left = ask("SELECT indrelid::regclass::text FROM pg_index WHERE NOT indisvalid")
    assert left == [("hooks_event",)]
    columns = "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%(received_at)'"
    assert ask(f"{columns} AND tablename = 'hooks_event_other'") == [(1,)]
    ask("DROP INDEX event_by_time_ccnew")
