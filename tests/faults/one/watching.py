"""Asks /readyz all the while."""

from __future__ import annotations

import threading

from tests.faults.ready import ask_ready

EVERY = 0.2  # seconds


class Watch:
    def __init__(self, port: int) -> None:
        self._port, self._over = port, threading.Event()
        self.ready_max = 0.0  # seconds that its slowest answer took
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.ready_max = max(self.ready_max, ask_ready(self._port)[1])
