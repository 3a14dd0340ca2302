"""`manage.py demo` where it cannot be or is asked to end: a sentence, and other data stays."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from clickhook import gunicorn_process
from clickhook.demo import administrator
from clickhook.management.commands import demo
from tests.conftest import ROOT

pytestmark = pytest.mark.proof


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CLICKHOOK_")}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "port", ["http", *(pytest.param(port, marks=pytest.mark.proof) for port in ("99999", "-1"))]
)
def test_what_is_no_port_is_said(port):
    shown = run("demo", f"--port={port}")
    assert shown.returncode != 0
    assert "is no port" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_port_in_use_is_said(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shown = run(
            "demo", "--data-dir", str(tmp_path / "data"), f"--port={taken.getsockname()[1]}"
        )
    assert shown.returncode == 1
    assert "cannot be had" in shown.stderr
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_directory_that_cannot_be_made_is_said(command, tmp_path):
    (tmp_path / "file").touch()
    shown = run(command, "--data-dir", str(tmp_path / "file" / "data"))
    assert shown.returncode == 1
    assert "Not a directory" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_database_of_somebodys_is_left_alone():
    shown = run("demo", DATABASE_URL="postgresql://clickhook:a-password@db.example/clickhook")
    assert shown.returncode == 1
    assert "unset DATABASE_URL" in shown.stderr
    assert "a-password" not in shown.stderr


def test_what_has_to_be_installed_is_said(monkeypatch):
    monkeypatch.setattr(demo, "EXTRAS", ("aiohttp", "no_such_module"))
    with pytest.raises(CommandError, match="^no_such_module missing") as refused:
        call_command("demo")
    command = str(refused.value).splitlines()[-1]
    assert command.startswith(f"{sys.executable} -m pip install -q --require-hashes -r ")
    assert Path(command.split()[-1]) == ROOT / "clickhook" / "demo" / "requirements.lock"


@pytest.mark.django_db
def test_users_are_no_demos():
    assert not administrator.somebody_else_is_here()
    administrator.sign_in()
    assert not administrator.somebody_else_is_here()
    User.objects.create_user("anna")
    assert administrator.somebody_else_is_here()


def test_a_process_that_misses_the_first_signal_is_ended_all_the_same(monkeypatch, tmp_path):
    monkeypatch.setattr(gunicorn_process, "ENDS_WITHIN", 0.3)
    ready = tmp_path / "ready"
    deaf = "import pathlib, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{deaf}; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)", ready]
    )
    _wait_for(ready)
    gunicorn_process.end(process)
    assert process.returncode == -signal.SIGKILL


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
