"""Processes that belong to this one."""

from __future__ import annotations

import ctypes
import signal

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent(how: signal.Signals = signal.SIGTERM) -> None:
    """For a child process, before it becomes its program."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
