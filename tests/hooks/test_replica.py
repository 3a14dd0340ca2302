"""Lists and charts come from a real standby, and from the primary where that one is away."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from clickhook.postgres import Server, tool
from hooks.calls import replica
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.calls.replica import (
    AWAY,
    RECORDS,
    REPLICA,
    ReplicaRouter,
    Seen,
    find_stranger,
)
from hooks.models import Call, Event, Session
from tenants.models import Tenant
from tests import cast as casting
from tests.conftest import Gateway
from tests.environment import SERVER
from tests.hooks.test_outage import eventually
from tests.manager import change, signed_in, url

BEHIND, CHARTS = "Read from a replica, ", "/admin/hooks/call/charts/"


@pytest.fixture(scope="module")
def standby(django_db_setup, tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("standby"))
    assert server.acquire(wait_seconds=0)
    server.cluster.parent.mkdir(exist_ok=True)
    place = ["-h", SERVER.socket, "-U", "clickhook", "-D", server.cluster]
    subprocess.run([tool("pg_basebackup"), *place, "-R", "-c", "fast"], check=True)
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture(scope="module")
def reading(standby) -> Iterator[Gateway]:
    address = f"postgresql:///clickhook?host={standby.socket}&user=clickhook"
    running = Gateway({"DATABASE_REPLICA_URL": address}, workers=1).start()
    yield running
    running.stop()


def record(cast: casting.Cast, method: str) -> None:
    Event.objects.create(
        received_at=timezone.now(),
        instance=cast.acme_1,
        tenant=cast.acme,
        method=method,
        decision="allowed",
        reason="allowed",
        body={},
    )


def tell(server: Server, statement: str) -> None:
    place = {"host": str(server.socket), "user": "clickhook", "dbname": "clickhook"}
    with psycopg.connect(**place, autocommit=True) as connection:
        connection.execute(statement)


def test_each_list_that_may_be_huge_is_among_them():
    """Its time limit holds for the database that the list is said to be read from."""
    admins = [one for one in admin.site._registry.values() if isinstance(one, HugeTableAdmin)]
    assert len(admins) > 5
    assert {one.opts.label_lower for one in admins} <= RECORDS


def test_lists_and_charts_come_from_the_standby_while_it_is_there(cast, standby, reading):
    browser = signed_in()
    record(cast, "firstHook")
    eventually(lambda: "firstHook" in read(reading, browser, url(Event)))
    tell(standby, "SELECT pg_wal_replay_pause()")
    record(cast, "secondHook")
    page = read(reading, browser, url(Event))
    assert BEHIND in page
    assert "secondHook" not in page
    assert "acme" in page
    assert BEHIND in read(reading, browser, CHARTS)
    one = Event.objects.get(method="secondHook")
    assert "secondHook" in read(reading, browser, change(one))

    tell(standby, "SELECT pg_wal_replay_resume()")
    standby.stop()
    for _ in range(2):
        page = read(reading, browser, url(Event))
        assert AWAY in page
        assert BEHIND not in page
        assert "secondHook" in page
    assert AWAY in read(reading, browser, CHARTS)


@pytest.fixture
def copied(django_db_setup, tmp_path) -> Iterator[Server]:
    """A copy that goes its own way, as one that tests were made with."""
    server = Server(tmp_path / "copy")
    assert server.acquire(wait_seconds=0)
    server.cluster.parent.mkdir(exist_ok=True)
    place = ["-h", SERVER.socket, "-U", "clickhook", "-D", server.cluster]
    subprocess.run([tool("pg_basebackup"), *place, "-c", "fast"], check=True)
    server.start()
    yield server
    server.stop()


@pytest.mark.proof
def test_what_strangers_recorded_is_never_shown(cast, copied, manage):
    browser = signed_in()
    record(cast, "ownHook")
    tell(copied, "UPDATE hooks_eventlog SET method = 'strangeHook'")
    url_of_copy = f"postgresql:///clickhook?host={copied.socket}&user=clickhook"
    address = {"DATABASE_REPLICA_URL": f"{url_of_copy}&target_session_attrs=any"}
    running = Gateway(address, workers=1).start()
    try:
        for problem in ("follows the primary no more", "another database"):
            if problem == "another database":
                make_another_database(copied)
            page = read(running, browser, url(Event))
            assert problem in page
            assert "strangeHook" not in page
            assert "ownHook" in page
            assert problem in manage("doctor", **address).stdout
    finally:
        running.stop()


def make_another_database(server: Server) -> None:
    """With the same tables, and under the same name."""
    place = {"host": str(server.socket), "user": "clickhook", "dbname": "postgres"}
    with psycopg.connect(**place, autocommit=True) as connection:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'clickhook'"
        connection.execute(end)
        connection.execute("ALTER DATABASE clickhook RENAME TO before")
        connection.execute("CREATE DATABASE clickhook TEMPLATE before")


def read(gateway: Gateway, browser: Client, path: str) -> str:
    wcs = gateway.wcs("", None)
    cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    answer = wcs.request("GET", path, headers={"Cookie": cookie, "Host": "localhost"})
    wcs.close()
    assert answer.status == 200
    return answer.body.decode()


def test_without_a_replica_nothing_is_said(cast, gateway):
    page = read(gateway, signed_in(), url(Event))
    assert BEHIND not in page
    assert AWAY not in page


def test_a_standby_of_ours_is_no_stranger_and_everything_else_is_one():
    primary = Seen(7, 16_384, datetime(2026, 1, 1, tzinfo=UTC), False, 0.0)
    standby = Seen(7, 16_384, datetime(2026, 1, 2, tzinfo=UTC), True, 3.0)
    strangers = [
        standby._replace(system=8),
        standby._replace(database=16_385),
        standby._replace(is_standby=False),
    ]

    assert find_stranger(standby, primary) == ""
    assert find_stranger(primary, primary) == ""
    assert all(find_stranger(stranger, primary) for stranger in strangers)


@pytest.mark.parametrize("model", [Event, Call, Session, Tenant])
def test_only_records_are_read_there_and_nothing_is_written(model):
    router = ReplicaRouter()
    with replica._reading_from(REPLICA):
        assert router.db_for_read(model) == ("default" if model is Tenant else REPLICA)
        assert router.db_for_write(model) == "default"
    assert router.db_for_read(model) == "default"
    assert router.allow_migrate("default", "hooks")
    assert not router.allow_migrate(REPLICA, "hooks")
