"""A PostgreSQL with all migrations, which take long: made once for a run, each process copies it.

`python -m tests.migrated DIRECTORY` makes it, while the test processes collect their tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from clickhook.postgres import Server

ROOT = Path(__file__).resolve().parent.parent
DIRECTORY = "MIGRATED_DIRECTORY"  # in the environment of the test processes
WITHIN = 180.0  # seconds


def begin(directory: Path) -> subprocess.Popen[bytes]:
    """The process that makes it; it says on standard error why it fails."""
    os.environ[DIRECTORY] = str(directory)
    return subprocess.Popen([sys.executable, "-m", "tests.migrated", directory], cwd=ROOT)


def copy_to(server: Server) -> None:
    """Waits for it. A test process that runs alone has none, and migrates by itself."""
    if DIRECTORY not in os.environ:
        return
    made = Path(os.environ[DIRECTORY], "migrated")
    deadline = time.monotonic() + WITHIN
    while not made.exists():
        assert time.monotonic() < deadline, "There is no migrated PostgreSQL to copy."
        time.sleep(0.05)
    shutil.copytree(made, server.cluster)


def _make(directory: Path) -> None:
    import django
    from django.core.management import call_command

    os.environ |= {
        "CLICKHOOK_DATA_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "clickhook.settings",
    }
    server = Server(directory, "fsync=off")
    server.acquire(wait_seconds=0)
    server.start()
    try:
        django.setup()
        call_command("migrate", verbosity=0)
    finally:
        server.stop()
    server.cluster.rename(directory / "migrated")


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
