"""Which errors say that the database is away."""

from __future__ import annotations

import psycopg
import pytest

from hooks.database import DatabaseAway, explain, noticing_absence, why_away

AWAY = [
    *("25006", "57P01", "57P02", "57P03", "57014", "53300", "53400", "53100"),
    *("08000", "08003", "08006", "40001", "40P01", "58030", "XX000"),
    "42P01",  # while it is restored
]
# 55P03: a row or a table is locked, which is the matter of the hooks that need it.
NOT_AWAY = ["22P02", "23505", "54000", "42703", "55P03"]


def error_of(sqlstate: str) -> psycopg.Error:
    return psycopg.errors.lookup(sqlstate)("a value of a statement")


@pytest.mark.parametrize("sqlstate", AWAY)
def test_the_server_is_away(sqlstate):
    why = why_away(error_of(sqlstate))

    assert why
    assert "a value" not in why
    with pytest.raises(DatabaseAway, match=why.partition(":")[0]), noticing_absence():
        raise error_of(sqlstate)


@pytest.mark.parametrize("sqlstate", NOT_AWAY)
def test_the_statement_is_at_fault(sqlstate):
    error = error_of(sqlstate)

    assert why_away(error) is None
    with pytest.raises(type(error)), noticing_absence():
        raise error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TimeoutError(), "no answer in time"),
        (psycopg.OperationalError(), "no connection"),
        (psycopg.InterfaceError(), "no connection"),
        (ConnectionRefusedError(), "no connection"),
        (psycopg.DataError(), None),
        (ValueError(), None),
    ],
)
def test_an_error_without_a_state(error, why):
    assert why_away(error) == why


@pytest.mark.parametrize(
    ("error", "explained"),
    [
        (psycopg.OperationalError("connection refused\nIs it running?"), "connection refused"),
        (psycopg.OperationalError(), "no connection"),
        (TimeoutError("x"), "no answer in time"),
        (
            error_of("53300"),
            "the server has no room: connections, memory, disk, or a limit of its own",
        ),
    ],
)
def test_operators_learn_why_there_is_no_connection(error, explained):
    with pytest.raises(DatabaseAway) as away, noticing_absence():
        raise error
    assert explain(away.value) == explained
