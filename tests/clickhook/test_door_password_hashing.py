"""A password's hash is Django's, and its thread gives way to the hooks."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher

from clickhook.door.password_hashing import LESS_URGENT, TURN, YieldingPasswordHasher, _thread
from tests.clickhook.running_up import eventually

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


HOLD_TURN = """
import fcntl, sys, time
fcntl.lockf(int(sys.argv[1]), fcntl.LOCK_EX)
print("locked", flush=True)
time.sleep(60)
"""


@pytest.mark.proof
def test_one_worker_hashes_at_a_time_and_a_killed_one_keeps_no_turn():
    command = [sys.executable, "-c", HOLD_TURN, str(TURN)]
    with (
        subprocess.Popen(command, pass_fds=[TURN], stdout=subprocess.PIPE) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        assert other.stdout.readline() == b"locked\n"
        hashing = pool.submit(YieldingPasswordHasher().encode, PASSWORD, "salt" * 6, 1)
        with pytest.raises(TimeoutError):
            hashing.result(0.3)

        other.kill()
        assert hashing.result(10).startswith("pbkdf2_sha256$1$")


def test_workers_inherit_what_they_lock(gateway):
    """Each worker has the same file, not one of its own."""
    master = gateway.process.pid
    eventually(lambda: len(children_of(master)) == gateway.workers)
    links = [memory_file_of(pid) for pid in (master, *children_of(master))]

    assert len(set(links)) == 1


def memory_file_of(pid: int) -> int:
    """Its number on the system."""
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if "password-hashing" in os.readlink(descriptor):
                return descriptor.stat().st_ino
    raise AssertionError(pid)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
