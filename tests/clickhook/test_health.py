"""What a load balancer asks, and what else is served."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.clickhook.running_up import eventually


@pytest.fixture(autouse=True)
def ready(acme):
    """Another test may have stopped the database a second ago."""
    eventually(lambda: acme.request("GET", "/readyz").status == 200)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_says_that_it_is_well(acme, path):
    answer = acme.request("GET", path)
    assert (answer.status, answer.body) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", ["10.42.8.201:8000", "evil.example"])
def test_it_says_so_to_any_host_name(acme, path, host):
    assert acme.request("GET", path, headers={"Host": host}).status == 200


def test_many_questions_cost_the_database_one_look_a_second(acme):
    with connection.cursor() as cursor:
        before = _looks(cursor)
        for _ in range(200):
            assert acme.request("GET", "/readyz").status == 200
        assert _looks(cursor) - before < 50


def _looks(cursor) -> int:
    cursor.execute("SELECT pg_stat_clear_snapshot()")
    cursor.execute("SELECT sum(xact_commit) FROM pg_stat_database WHERE datname = 'clickhook'")
    return int(cursor.fetchone()[0])


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
