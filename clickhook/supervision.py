"""Starts gunicorn, the worker and the embedded PostgreSQL again where they end by themselves."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import NoReturn

from clickhook.gunicorn_process import Gunicorn
from clickhook.postgres import PostgresError, Server
from clickhook.worker_process import WorkerProcess

LOOK_EVERY = 0.25  # seconds
FIRST_PAUSE = 0.25  # seconds between two starts; it doubles with each
LONGEST_PAUSE = 30.0  # seconds
STEADY_AFTER = 60.0  # seconds of running after which the pause is the first one again

log = logging.getLogger(__name__)


class Restarts:
    """One process of ours that is started again, at once at first and then less often."""

    def __init__(
        self, name: str, is_running: Callable[[], bool], start: Callable[[], None]
    ) -> None:
        self._name, self._is_running, self._start = name, is_running, start
        self._pause, self._due = FIRST_PAUSE, 0.0

    def look(self) -> None:
        now = time.monotonic()
        if self._is_running():
            if now > self._due + STEADY_AFTER:
                self._pause = FIRST_PAUSE
        elif now >= self._due:
            self._due, self._pause = now + self._pause, min(2 * self._pause, LONGEST_PAUSE)
            self._start_again()

    def _start_again(self) -> None:
        log.error("%s ended by itself and is started again.", self._name)
        try:
            self._start()
        except (PostgresError, OSError) as error:
            log.error("%s could not be started again: %s", self._name, error)
        else:
            log.warning("%s was started again.", self._name)


def keep_running(
    gunicorn: Gunicorn,
    worker: WorkerProcess,
    server: Server | None,
    look_at_others: Callable[[], None] = lambda: None,
) -> NoReturn:
    """Until a signal interrupts it. Raises GunicornError where gunicorn never ran well."""
    restarts = [
        Restarts("gunicorn", gunicorn.is_running, gunicorn.start),
        Restarts("The worker", worker.is_running, worker.start),
    ]
    if server:
        restarts.append(Restarts("The embedded PostgreSQL", server.is_running, server.start))
    while True:
        for restart in restarts:
            restart.look()
        look_at_others()
        time.sleep(LOOK_EVERY)
