"""A password's hash is Django's, and its thread gives way to the hooks."""

from __future__ import annotations

import os
import threading

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from clickhook.door.password_hashing import LESS_URGENT, YieldingPasswordHasher, _thread

PASSWORD = "correct horse battery"


def test_the_hashes_are_those_of_django():
    encoded = YieldingPasswordHasher().encode(PASSWORD, "salt" * 6, 100)

    assert encoded == PBKDF2PasswordHasher().encode(PASSWORD, "salt" * 6, 100)
    assert YieldingPasswordHasher().verify(PASSWORD, encoded)
    assert not YieldingPasswordHasher().verify("another", encoded)


def test_only_the_thread_that_hashes_is_less_urgent():
    def urgency() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = urgency()
    assert _thread(os.getpid()).submit(urgency).result() == max(before, LESS_URGENT)
    assert urgency() == before
