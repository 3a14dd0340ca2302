"""Breaks a connection to somebody else's server off in time, even if bytes arrive one by one."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator


class Deadline:
    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self.has_passed = False

    @property
    def remaining(self) -> float:
        """Seconds, and never 0, which would mean without end to a socket."""
        return max(0.001, self._ends_at - time.monotonic())

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends_at

    @contextlib.contextmanager
    def over(self, connected: socket.socket) -> Iterator[None]:
        # A copy: a TLS socket that another thread shuts down fails in ways of its own.
        copy = socket.socket(fileno=os.dup(connected.fileno()))
        alarm = threading.Timer(self.remaining, self._break_off, [copy])
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()
            copy.close()

    def _break_off(self, connected: socket.socket) -> None:
        self.has_passed = True
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)
