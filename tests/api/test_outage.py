"""Without a database that takes writes, every request is told to come back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import DataError, InternalError

from clickhook.api.problems import Kind, problem_of
from tests.api.program import Program, issue, kind_of
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"


@pytest.fixture
def key(cast) -> str:
    return issue(cast.acme)[1]


def test_a_database_that_is_away_is_told(key):
    gateway = Gateway({"DATABASE_URL": NOWHERE}, workers=1).start()
    program = Program(gateway.port, key)
    answers = [
        program.get("/tenants"),
        program.post("/callees", {"tenant": "acme", "alias": "desk", "target": "1"}),
        program.post("/imports", {"tenants": []}),
    ]
    gateway.kill()
    for answer in answers:
        assert (answer.status, kind_of(answer)) == (503, "database-away")
        assert int(answer.headers["Retry-After"]) >= 1
    assert "Traceback" not in gateway.log


@pytest.mark.django_db
def test_a_database_that_only_reads_counts_as_away():
    """As after a failover, in a connection that was there before."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
        with pytest.raises(InternalError) as refused:
            cursor.execute("DELETE FROM tenants_apikey")
    assert problem_of(refused.value).kind is Kind.DATABASE_AWAY


def test_another_error_of_the_database_is_a_fault():
    assert problem_of(DataError()).kind is Kind.FAULT
