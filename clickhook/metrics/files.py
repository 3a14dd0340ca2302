"""The files that a gateway's processes count in: a directory for the gateway, a slot for a process.

A process that is started again takes over the slot and files of one that is gone. So their number
is bounded, and no count goes down before the gateway itself starts anew.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

from prometheus_client import values

# In memory: on a disk that is full, a process would die of the first count on a new page.
MEMORY = Path("/dev/shm")  # noqa: S108 - the directory in it is private
PREFIX = "clickhook-metrics-"
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own

_slot = "master"


def begin() -> None:
    """In gunicorn's master, before anything counts."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _remove_abandoned(place)
    os.environ[VARIABLE] = str(_make_directory(place))
    values.ValueClass = values.MultiProcessValue(lambda: _slot)  # type: ignore[no-untyped-call]


def take_slot(number: int) -> None:
    """In a process that gunicorn has just made. No other living one has the number."""
    global _slot
    _slot = str(number)
    # Some systems empty this place when a user logs out. What is open by then can be counted in.
    Path(os.environ[VARIABLE]).mkdir(mode=0o700, exist_ok=True)
    from hooks.metrics import EVENTS_LOST

    EVENTS_LOST.inc(0)  # whatever is counted first opens the files for all


def _make_directory(place: Path) -> Path:
    """It is locked before it has a name that others look for; its processes inherit the lock."""
    draft = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=place))
    descriptor = os.open(draft, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    directory = draft.rename(place / draft.name.removeprefix("."))
    atexit.register(_remove, directory, os.getpid())
    return directory


def _remove(directory: Path, owner: int) -> None:
    if os.getpid() == owner:  # gunicorn's processes end like this one does
        shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned(place: Path) -> None:
    """Of gateways that were killed."""
    for directory in place.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, or gone meanwhile
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(directory)
            finally:
                os.close(descriptor)
