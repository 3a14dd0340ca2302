"""Hashes passwords one at a time, and lets hooks have the processor first."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.contrib.auth.hashers import PBKDF2PasswordHasher

LESS_URGENT = 10  # as `nice` counts: with all processors busy, a tenth of a hook's share


class YieldingPasswordHasher(PBKDF2PasswordHasher):
    """The hashes are Django's own; only the thread that computes them is another."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        return _thread(os.getpid()).submit(super().encode, password, salt, iterations).result()


@cache
def _thread(process: int) -> ThreadPoolExecutor:
    """A thread cannot become urgent again, so this one does nothing else. Forks need their own."""
    return ThreadPoolExecutor(1, "password-hashing", initializer=_become_less_urgent)


def _become_less_urgent() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LESS_URGENT)
