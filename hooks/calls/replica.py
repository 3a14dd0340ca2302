"""Lists and charts are read from a replica, where DATABASE_REPLICA_URL names one.

What decides or writes never is: outside of `read_records` there is only the primary.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.contrib import messages
from django.db import DEFAULT_DB_ALIAS, Error, connections, models
from django.http import HttpRequest
from psycopg.errors import QueryCanceled

log = logging.getLogger("hooks")
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
LOOK = """
SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname = current_database()),
       pg_postmaster_start_time(), pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery()
            THEN extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float ELSE 0 END
  FROM pg_control_system()
"""
T = TypeVar("T")
_reads_from = ContextVar("reads_from", default=DEFAULT_DB_ALIAS)
_away_until = {"seconds": 0.0}  # time.monotonic


class Seen(NamedTuple):
    """Of a server, the last two only where it follows another."""

    system: int
    database: int
    started_at: datetime
    is_standby: bool
    seconds_behind: float | None


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
    if time.monotonic() < _away_until["seconds"]:
        messages.warning(request, AWAY)
        return read(DEFAULT_DB_ALIAS)
    try:
        replica = look(REPLICA)
        if problem := find_stranger(replica, look(DEFAULT_DB_ALIAS)):
            log.error("%s", problem)
            messages.warning(request, f"{problem} So this was read from the primary.")
            return read(DEFAULT_DB_ALIAS)
        behind = replica.seconds_behind or 0.0
        messages.info(request, f"Read from a replica, {behind:.0f} s behind.")
        with _reading_from(REPLICA):
            return read(REPLICA)
    except Error as error:
        if isinstance(error.__cause__, QueryCanceled):  # it took too long, here as there
            raise
        _away_until["seconds"] = time.monotonic() + LEFT_ALONE
    messages.warning(request, AWAY)
    return read(DEFAULT_DB_ALIAS)


def look(alias: str) -> Seen:
    with connections[alias].cursor() as cursor:
        cursor.execute(LOOK)
        return Seen(*cursor.fetchone())


def find_stranger(replica: Seen, primary: Seen) -> str:
    """Its rows may be of other customers under the same ids. Empty where it is ours."""
    if (replica.system, replica.database) != (primary.system, primary.database):
        return "DATABASE_REPLICA_URL leads to another database than DATABASE_URL."
    if not replica.is_standby and replica.started_at != primary.started_at:
        return "DATABASE_REPLICA_URL leads to a copy that follows the primary no more."
    return ""


@contextlib.contextmanager
def _reading_from(alias: str) -> Iterator[None]:
    token = _reads_from.set(alias)
    try:
        yield
    finally:
        _reads_from.reset(token)
