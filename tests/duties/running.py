"""A worker as a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from hooks.models import Worker
from tests.conftest import ROOT


@contextlib.contextmanager
def running_worker(**environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: Worker.objects.exists())
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def wait_for(happened: Callable[[], object], seconds: float = 30) -> float:
    """How long it took."""
    began_at = time.monotonic()
    while not happened():
        assert time.monotonic() - began_at < seconds
        time.sleep(0.05)
    return time.monotonic() - began_at
