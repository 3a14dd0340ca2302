"""Room in the data directory, and events that still wait there for the database."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from clickhook.doctor.finding import Finding, Findings

MEGABYTE, GIGABYTE = 1024**2, 1024**3
LEAST_SHARE = 0.05
WAITED_LONG = 60.0  # seconds; the spool is replayed every 5
SPOOL = "It is a folder of the gateways' user. Run this as that user, and see owner and mount."
WAITS = "A gateway on this data directory records them: start one, or see its log."
SIZE = "SELECT pg_database_size(current_database())"


def check_disk() -> Findings:
    yield _judge_room(settings.CLICKHOOK_DATA_DIR, settings.CLICKHOOK_SPOOL_LIMIT)
    yield from _check_spool(settings.CLICKHOOK_DATA_DIR / "spool")
    with connection.cursor() as cursor:
        cursor.execute(SIZE)
        size = cursor.fetchone()[0] / GIGABYTE
    yield Finding("disk", True, f"The database takes {size:.1f} GiB.")


def _judge_room(directory: Path, spool_limit: int) -> Finding:
    disk = shutil.disk_usage(directory)
    free, machine = disk.free / GIGABYTE, socket.gethostname()
    text = f"On {machine}, {free:.1f} GiB are free where {directory} is."
    if disk.free > spool_limit and disk.free > LEAST_SHARE * disk.total:
        return Finding("disk", True, text)
    return Finding("disk", False, text, "Make room: without it, no event is kept in an outage.")


def _check_spool(directory: Path) -> Findings:
    if directory.exists() and not (directory.is_dir() and os.access(directory, os.W_OK | os.X_OK)):
        sentence = f"{directory} cannot be written by {getpass.getuser()}: no event is kept there."
        yield Finding("disk", False, sentence, SPOOL)
        return

    waiting = [file for file in _list_spool(directory) if file.st_size]
    old = [file for file in waiting if file.st_mtime < time.time() - WAITED_LONG]
    if old:
        size = sum(file.st_size for file in old) / MEGABYTE
        sentence = f"{len(old)} files with events wait in {directory} ({size:.1f} MiB)."
        yield Finding("disk", False, sentence, WAITS)


def _list_spool(directory: Path) -> Iterator[os.stat_result]:
    for file in directory.glob("*.jsonl"):
        with contextlib.suppress(FileNotFoundError):  # it was recorded meanwhile
            yield file.stat()
