"""What `up` and `demo` share: the data directory's settings, database, tables, files, gunicorn."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from clickhook import datadir
from clickhook.postgres import PostgresError, Server
from clickhook.processes import end_with_parent

GUNICORN_CONF = settings.BASE_DIR / "docker" / "gunicorn.conf.py"
LOOK_EVERY = 0.5  # seconds
WAIT_FOR_COMMAND = 10.0  # seconds
GUNICORN_ENDS_WITHIN = 10.0  # seconds; it gives its workers five


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
    server = Server(settings.CLICKHOOK_DATA_DIR) if settings.CLICKHOOK_EMBEDDED_DATABASE else None
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


def prepare() -> None:
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("check", stdout=io.StringIO())


def gunicorn(bind: str) -> subprocess.Popen[bytes]:
    connections.close_all()
    command = [sys.executable, "-m", "gunicorn", "-c", str(GUNICORN_CONF), "--bind", bind]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, preexec_fn=end_with_parent, start_new_session=True
    )


def wait(process: subprocess.Popen[bytes], server: Server | None) -> int:
    """For its exit code. Raises PostgresError where the embedded database is gone before it."""
    while (code := process.poll()) is None:
        if server:
            server.check()
        time.sleep(LOOK_EVERY)
    return code


def end(process: subprocess.Popen[bytes]) -> None:
    """Asks twice: gunicorn was seen to miss a signal, and nobody can interrupt the waiting here."""
    for ask in (process.terminate, process.terminate, process.kill):
        ask()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GUNICORN_ENDS_WITHIN)
            return


def _interrupt(signal_number: int, frame: FrameType | None) -> None:
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt
