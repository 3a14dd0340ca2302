"""How the gateway's own connections reach the database, and which errors mean that it is away."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from django.db import connections

# What each SQLSTATE, or class of them, says of the server. Source: PostgreSQL, appendix A.
AWAY_STATES = {
    "08": "the connection broke",
    "25006": "the server only reads: it is no longer the primary",
    "40001": "the transaction lost against another one",
    "40P01": "the transaction waited in a circle with others",
    "42P01": "its tables are missing: it is being restored, or needs manage.py migrate",
    "53": "the server has no room: connections, memory, disk, or a limit of its own",
    "57": "the server is stopping, starting, or ended what took too long",
    "58": "the server's disk or operating system failed",
    "XX": "the server reports a fault of its own, as a dying one does",
}
TOO_LATE, NO_CONNECTION = "no answer in time", "no connection"
REASONS_AWAY = (*AWAY_STATES.values(), TOO_LATE, NO_CONNECTION)


class DatabaseAway(Exception):
    """Not this server, or not now; the message says which, and holds no value of a statement."""


def parameters() -> dict[str, Any]:
    """For psycopg, without what Django adds for itself."""
    given = connections["default"].get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold")  # Django's own, for its own cursors
    return {name: value for name, value in given.items() if name not in ours}


@contextlib.contextmanager
def noticing_absence() -> Iterator[None]:
    """Raises DatabaseAway for every error that says so; others pass."""
    try:
        yield
    except (psycopg.Error, TimeoutError, OSError) as error:
        if (why := why_away(error)) is None:
            raise
        raise DatabaseAway(why) from error


def explain(away: DatabaseAway) -> str:
    """For operators: why there is no connection, in the driver's own words."""
    said = str(away.__cause__ or "").partition("\n")[0]
    return said if said and str(away) == NO_CONNECTION else str(away)


def why_away(error: BaseException) -> str | None:
    """What the error says of the server; None where it is the fault of a value or of ours."""
    state = getattr(error, "sqlstate", None)
    if state:
        return AWAY_STATES.get(state) or AWAY_STATES.get(state[:2])
    if isinstance(error, TimeoutError):
        return TOO_LATE
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | OSError):
        return NO_CONNECTION
    return None
