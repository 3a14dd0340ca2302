"""A commit waits for a synchronous standby that does not answer: nothing is allowed, or lost."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterator

import psycopg
import pytest

from hooks.duties.refusing import end_refused
from hooks.models import Event, RefusedId, Session
from hooks.recording import Record
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway
from tests.duties.turns import take_turn
from tests.environment import DATA_DIR, SERVER
from tests.hooks.hot_statements import EVENT, record
from tests.hooks.test_outage import eventually

pytestmark = pytest.mark.proof

OURS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'clickhook hooks%'"
NUMBER = "SELECT pg_current_xact_id_if_assigned()"
DEADLINE = 0.9  # seconds, the gateway's own


def administrator() -> psycopg.Connection:
    place = {"host": str(SERVER.socket), "user": "clickhook", "dbname": "clickhook"}
    return psycopg.connect(**place, autocommit=True)


@contextlib.contextmanager
def standby_away() -> Iterator[psycopg.Connection]:
    with administrator() as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield connection
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture
def lone(django_db_setup) -> Iterator[Gateway]:
    running = Gateway(workers=1).start()
    yield running
    running.stop()


def test_nothing_is_allowed_lost_or_left_over(cast, lone):
    wcs = lone.wcs(cast.acme_1.key, ACME_SIGNING)
    wcs.connected()
    with standby_away() as administering:
        allowed = connect_until_refused(wcs)
        connections = administering.execute(OURS).fetchone()[0]
        for number in range(20):
            # At once, because the gateway knows: what it tries meanwhile waits for the standby too.
            assert seconds_of(wcs, "connect", 503, sessionId=f"later {number}") < 0.4
            time.sleep(0.1)
        assert seconds_of(wcs, "ConnectionStatusEvent", 200) < DEADLINE + 0.5
        assert administering.execute(OURS).fetchone()[0] <= connections + 2

    eventually(lambda: wcs.post("connect", sessionId="after").status == 200)
    eventually(lambda: not list((DATA_DIR / "spool").glob("*")))
    assert Event.objects.filter(method="ConnectionStatusEvent").count() == 1
    assert RefusedId.objects.exists()
    take_turn(end_refused)
    living = Session.objects.filter(ended_at=None).values_list("wcs_session_id", flat=True)
    assert set(living) == {*allowed, "after"}
    wcs.close()


def connect_until_refused(wcs) -> list[str]:
    """The sessions that were allowed: PostgreSQL takes a moment to read its settings again."""
    for number in itertools.count():
        began = time.monotonic()
        if wcs.post("connect", sessionId=f"early {number}").status == 503:
            assert time.monotonic() - began < DEADLINE + 0.5
            break
    return [f"early {allowed}" for allowed in range(number)]


def seconds_of(wcs, method: str, status: int, **changes: str) -> float:
    files = {"ConnectionStatusEvent": "connection_disconnected"}
    began = time.monotonic()
    assert wcs.post(method, files.get(method), **changes).status == status
    return time.monotonic() - began


def test_what_is_recorded_already_is_not_acknowledged_before_the_standby_has_it(cast):
    """A commit waits for the standby only where its transaction has a number and has written."""
    statement, values = record(Record(EVENT))
    with administrator() as connection:
        connection.execute(statement, values)
        with connection.transaction(force_rollback=True):
            assert connection.execute(statement, values).fetchall() == []
            assert connection.execute(NUMBER).fetchone() != (None,)
