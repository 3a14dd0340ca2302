"""Lists and charts come from a real standby, and from the primary where that one is away."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from clickhook.postgres import Server, tool
from hooks.calls import replica
from hooks.calls.admin.lists.huge_table import HugeTableAdmin
from hooks.calls.replica import AWAY, RECORDS, REPLICA, ReplicaRouter
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
    server = Server(tmp_path_factory.mktemp("standby"), "max_connections=60")
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


@pytest.mark.parametrize("model", [Event, Call, Session, Tenant])
def test_only_records_are_read_there_and_nothing_is_written(model):
    router = ReplicaRouter()
    with replica._reading_from(REPLICA):
        assert router.db_for_read(model) == ("default" if model is Tenant else REPLICA)
        assert router.db_for_write(model) == "default"
    assert router.db_for_read(model) == "default"
    assert router.allow_migrate("default", "hooks")
    assert not router.allow_migrate(REPLICA, "hooks")
