"""Lets a migration run while hooks are answered: where it would wait for a lock, it gives way.

A statement that waits for a table's lock makes everybody wait who comes after it. So each waits for
a moment only, and is tried again. Every migration runs like this, whatever its author thought of.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

# Less than a hook waits for a lock (hooks/connection.py): those behind it are late, not refused.
LOCK_WITHIN = "200ms"
LOCKS_TABLES = re.compile(
    r"(?i)\s*(alter|create|drop|truncate|lock|do)\b(?!.*\bconcurrently\b)", re.S
)
PAUSE = 1.0  # seconds, in which those who waited get through
MOST_PAUSES = 600  # of one run; what a migration works in between does not count
OLDEST = """
SELECT pid, extract(epoch FROM now() - xact_start)::int, coalesce(application_name, '')
  FROM pg_stat_activity
 WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid() AND datname = current_database()
 ORDER BY xact_start LIMIT 1
"""
Tell = Callable[[str], None]


class GaveUpError(Exception):
    """Somebody holds a lock for too long; the message says who it may be."""


class GivingWay:
    """Statements of one connection."""

    def __init__(self, connection: BaseDatabaseWrapper, tell: Tell) -> None:
        self._connection, self._tell = connection, tell
        self._pauses_left = MOST_PAUSES
        self._holds_tables = False  # from a statement before, in the same transaction

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._set_timeout(LOCK_WITHIN)
        try:
            with self._connection.execute_wrapper(self._execute):
                yield
        finally:
            if self._connection.is_usable():
                self._connection.connection.execute("RESET lock_timeout")

    def leave_transaction(self) -> None:
        """Django leaves one open where the last statements of a migration fail."""
        self._connection.close()
        self._connection.connect()
        self._set_timeout(LOCK_WITHIN)

    def wait(self) -> None:
        """Raises GaveUpError when it has paused too often."""
        with self._connection.cursor() as cursor:
            cursor.execute(OLDEST)
            row = cursor.fetchone()
        who = f" The oldest transaction: process {row[0]}, {row[1]} s, {row[2]}." if row else ""
        if self._pauses_left == 0:
            raise GaveUpError(f"Somebody holds a lock that this needs.{who} Run it again.")
        self._pauses_left -= 1
        self._tell(f"gives way to somebody who holds a lock, and tries again.{who}")
        time.sleep(PAUSE)

    def _execute(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        in_transaction = self._connection.in_atomic_block
        self._holds_tables = self._holds_tables and in_transaction
        if not LOCKS_TABLES.match(str(sql)) and not self._holds_tables:
            return self._wait(execute, sql, params, many, context)
        if in_transaction:  # the whole migration is tried again
            self._holds_tables = True
            return execute(sql, params, many, context)
        while True:
            try:
                return execute(sql, params, many, context)
            except OperationalError as error:
                if not lacks_lock(error):
                    raise
                self.wait()

    def _wait(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """For a row, or for older transactions, which hinders nobody. A failure ends it all."""
        self._set_timeout("0")
        result = execute(*statement)
        self._set_timeout(LOCK_WITHIN)
        return result

    def _set_timeout(self, value: str) -> None:
        self._connection.ensure_connection()
        self._connection.connection.execute(f"SET lock_timeout = '{value}'")


def lacks_lock(error: OperationalError) -> bool:
    return isinstance(error.__cause__, LockNotAvailable)
