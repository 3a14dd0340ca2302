"""Hashes one password at a time on this machine, and lets hooks have the processor first."""

from __future__ import annotations

import fcntl
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.contrib.auth.hashers import PBKDF2PasswordHasher

LESS_URGENT = 10  # as `nice` counts: with all processors busy, a tenth of a hook's share
# All workers inherit this file from gunicorn and lock it in turn: a hash in each of them would keep
# all processors busy. The lock of a worker that is killed ends with it.
TURN = os.memfd_create("password-hashing")


class YieldingPasswordHasher(PBKDF2PasswordHasher):
    """The hashes are Django's own; only the thread that computes them is another."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return _thread(os.getpid()).submit(self._encode, password, salt, iterations).result()

    def _encode(self, password: str, salt: str, iterations: int | None) -> str:
        fcntl.lockf(TURN, fcntl.LOCK_EX)
        try:
            return super().encode(password, salt, iterations)
        finally:
            fcntl.lockf(TURN, fcntl.LOCK_UN)


@cache
def _thread(process: int) -> ThreadPoolExecutor:
    """A thread cannot become urgent again, so this one does nothing else. Forks need their own."""
    return ThreadPoolExecutor(1, "password-hashing", initializer=_become_less_urgent)


def _become_less_urgent() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)
