"""What a load balancer asks, and what else is served."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import connection

from clickhook.health.database import Clocks
from tenants.secrets.encryption import new_key
from tests.clickhook.running_up import eventually
from tests.clickhook.scraping import Scrape, ask
from tests.conftest import Gateway
from tests.environment import SERVER
from tests.test_no_leak import leaks

pytestmark = pytest.mark.proof

WELL = dict.fromkeys(("database", "migrations", "keys", "clock", "spool"), "ok")


@pytest.fixture
def ready(acme):
    """Another test may have stopped the database a second ago."""
    eventually(lambda: acme.request("GET", "/readyz").status == 200)


def test_the_process_says_that_it_lives(acme):
    answer = acme.request("GET", "/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_it_says_that_it_is_ready(acme, ready):
    assert acme.request("GET", "/readyz").json == {"ready": True, "checks": WELL}


def test_it_says_that_its_tables_are_missing(acme, ready):
    """As while it is restored, or before the first migration."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tenants_wcsinstance RENAME TO elsewhere")
        try:
            eventually(lambda: acme.request("GET", "/readyz").status == 503)
            told = acme.request("GET", "/readyz").json["checks"]
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO tenants_wcsinstance")
    assert told["database"] == "ok"
    assert told["migrations"].startswith("its tables are not those of this version")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["10.42.8.201:8000", "evil.example"])
def test_it_says_so_to_any_host_name(acme, ready, path, host):
    assert acme.request("GET", path, headers={"Host": host}).status == 200


def test_many_questions_cost_the_database_one_look_a_second(acme, ready):
    with connection.cursor() as cursor:
        before = _looks(cursor)
        for _ in range(200):
            assert acme.request("GET", "/readyz").status == 200
        assert _looks(cursor) - before < 50


def _looks(cursor) -> int:
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute("SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = 'clickhook'")
    return int(cursor.fetchone()[0])


# New connections find this function before PostgreSQL's own.
OTHER_CLOCK = """
CREATE SCHEMA ahead;
CREATE FUNCTION ahead.clock_timestamp() RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT pg_catalog.clock_timestamp() + interval '40 seconds' $$;
ALTER DATABASE clickhook SET search_path = ahead, pg_catalog, public
"""
ONE_CLOCK = "ALTER DATABASE clickhook RESET search_path; DROP SCHEMA IF EXISTS ahead CASCADE"


@contextlib.contextmanager
def clock_ahead() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(OTHER_CLOCK)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(ONE_CLOCK)
        connection.close()  # a test may have opened it meanwhile


def test_it_names_every_check_that_fails(cast, tmp_path):
    """The key ring of another installation, a spool that is no directory, and a clock 40 s off."""
    spool = tmp_path / "spool"
    spool.write_text("")
    environment = {
        "CLICKHOOK_DATA_DIR": str(tmp_path),
        "CLICKHOOK_ENCRYPTION_KEYS": new_key(),
        "CLICKHOOK_SECRET_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": f"postgresql://clickhook@/clickhook?host={quote(str(SERVER.socket))}",
    }
    with clock_ahead(), connection.cursor() as cursor:
        unwell = Gateway(environment, workers=1).start()
        cursor.execute("UPDATE django_migrations SET name = 'x' || name WHERE app = 'hooks'")
        try:
            eventually(lambda: "migrations" in _failing(unwell))
            _tells_what_is_wrong(unwell)
            status, text = ask(unwell.port, "/healthz")
            assert (status, text) == (200, "ok\n")

            spool.unlink()
            eventually(lambda: _failing(unwell) == {"migrations", "keys", "clock"})
            assert Scrape(unwell).value("clock_offset_seconds") == pytest.approx(40, abs=2)
        finally:
            unwell.stop()
            cursor.execute(
                "UPDATE django_migrations SET name = substr(name, 2) WHERE app = 'hooks'"
            )


def _tells_what_is_wrong(gateway: Gateway) -> None:
    status, text = ask(gateway.port, "/readyz")
    told = json.loads(text)
    assert (status, told["ready"]) == (503, False)
    assert told["checks"]["database"] == "ok"
    assert "0001_initial; run manage.py migrate" in told["checks"]["migrations"]
    assert "no stored secret opens" in told["checks"]["keys"]
    assert "it differs from the database's by 40 s" in told["checks"]["clock"]
    assert told["checks"]["spool"].startswith("the spool cannot be written: ")
    assert leaks(text) == []
    scrape = Scrape(gateway)
    assert [scrape.value("ready", check=name) for name in told["checks"]] == [1, 0, 0, 0, 0]


def _failing(gateway: Gateway) -> set[str]:
    checks = json.loads(ask(gateway.port, "/readyz")[1])["checks"]
    return {name for name, told in checks.items() if told != "ok"}


@pytest.mark.parametrize(
    ("clocks", "offset"),
    [((10, 10.5, 11), 0), ((10, 9, 11), -1), ((10, 12, 11), 1), ((50, 10, 51), -40)],
)
def test_a_slow_answer_is_no_wrong_clock(clocks, offset):
    assert Clocks(*clocks).offset == offset


@pytest.mark.parametrize(
    "path", ["/", "/hooks", "/connect", "/call", "/hooksx/key/connect", "/.env", "/admin/nothing/"]
)
def test_nothing_else_is_served_to_strangers(acme, path):
    assert acme.request("GET", path).status in (302, 404)


def test_the_admin_wants_a_login(acme):
    answer = acme.request("GET", "/admin/tenants/tenant/")
    assert (answer.status, answer.headers["location"]) == (
        302,
        "/admin/login/?next=/admin/tenants/tenant/",
    )


def test_a_strange_host_name_is_refused(acme):
    assert acme.request("GET", "/admin/login/", headers={"Host": "evil.example"}).status == 400
