"""What `up` and `demo` share: the data directory's settings, signals, database, tables, files."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from clickhook import datadir
from clickhook.postgres import PostgresError, Server

WAIT_FOR_COMMAND = 10.0  # seconds
# Of a gateway's process, with some of its pages; the worker and commands need the others.
CONNECTIONS_OF_PROCESS, OTHER_CONNECTIONS = 12, 80


def with_settings_of(directory: Path) -> None:
    """Starts this command again where the settings do not hold this directory or its keys yet."""
    made = datadir.prepare(directory)
    if made or directory != settings.CLICKHOOK_DATA_DIR:
        os.environ["CLICKHOOK_DATA_DIR"] = str(directory)
        os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - this very command


def interrupt_on_signals() -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):  # a shell starts background jobs without SIGINT
        signal.signal(ending, _interrupt)


@contextlib.contextmanager
def database() -> Iterator[Server | None]:
    """The embedded one, or none of ours. Raises PostgresError."""
    server = _embedded() if settings.CLICKHOOK_EMBEDDED_DATABASE else None
    try:
        if server:
            if not server.acquire(wait_seconds=WAIT_FOR_COMMAND):  # a command may be at work on it
                raise PostgresError(f"Another clickhook uses {settings.CLICKHOOK_DATA_DIR}.")
            server.start()
        yield server
    finally:
        connections.close_all()
        if server:
            server.stop()


def _embedded() -> Server:
    of_processes = CONNECTIONS_OF_PROCESS * settings.CLICKHOOK_GATEWAY_PROCESSES
    most = f"max_connections={of_processes + OTHER_CONNECTIONS}"
    return Server(settings.CLICKHOOK_DATA_DIR, most)


def prepare() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("check", stdout=io.StringIO())


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
