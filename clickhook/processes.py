"""Processes that belong to this one."""

from __future__ import annotations

import ctypes
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """For a child process, before it becomes its program."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)


def end_together(*ends: Callable[[], None]) -> None:
    """What one of them takes does not add to what the others take."""
    with ThreadPoolExecutor(len(ends)) as threads:
        ended = [threads.submit(end) for end in ends]
    for one in ended:
        one.result()
