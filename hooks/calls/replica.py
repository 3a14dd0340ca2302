"""Lists and charts are read from a replica, where DATABASE_REPLICA_URL names one.

What decides or writes never is: outside of `read_records` there is only the primary.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

from django.contrib import messages
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.http import HttpRequest
from psycopg.errors import QueryCanceled

REPLICA = "replica"
# Who may see what, and all else, comes from the primary.
RECORDS = {
    "hooks.event",
    "hooks.call",
    "hooks.session",
    "hooks.stream",
    "hooks.pagemessage",
    "hooks.datamessage",
    "hooks.callhour",
}
LEFT_ALONE = 30.0  # seconds, after it did not answer
AWAY = "The replica is away, so this was read from the primary."
# The worker writes something every few seconds, so what was replayed last is never old for long.
BEHIND = """
SELECT CASE WHEN pg_is_in_recovery()
            THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float ELSE 0 END
"""
T = TypeVar("T")
_reads_from = ContextVar("reads_from", default=DEFAULT_DB_ALIAS)
_away_until = {"seconds": 0.0}  # time.monotonic


class ReplicaRouter:
    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return _reads_from.get() if model._meta.label_lower in RECORDS else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: Any) -> str:
        """Also of what was read from the replica."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: models.Model, other: models.Model, **hints: Any) -> bool:
        return True

    def allow_migrate(self, database: str, app: str, **hints: Any) -> bool:
        return database == DEFAULT_DB_ALIAS


def read_records(request: HttpRequest, read: Callable[[str], T]) -> T:
    """What `read` makes of the database whose alias it gets; the page says how old it is."""
    if REPLICA not in connections.settings:
        return read(DEFAULT_DB_ALIAS)
    if time.monotonic() > _away_until["seconds"]:
        try:
            messages.info(request, f"Read from a replica, {_look_how_late():.0f} s behind.")
            with _reading_from(REPLICA):
                return read(REPLICA)
        except Error as error:
            if isinstance(error.__cause__, QueryCanceled):  # it took too long, here as there
                raise
            _away_until["seconds"] = time.monotonic() + LEFT_ALONE
    messages.warning(request, AWAY)
    return read(DEFAULT_DB_ALIAS)


def _look_how_late() -> float:
    with connections[REPLICA].cursor() as cursor:
        cursor.execute(BEHIND)
        row = cursor.fetchone()
    return float(row[0] or 0.0)


@contextlib.contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    token = _reads_from.set(alias)
    try:
        yield
    finally:
        _reads_from.reset(token)
