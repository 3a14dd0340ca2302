"""The stand-in from the command line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from clickhook.demo.part import Part
from tests.conftest import ROOT
from tests.demo.hook_backend import SECRET
from tests.e2e.visitor import Visitor


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clickhook.demo.wcs", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30, check=False
    )


def test_help_says_that_it_is_not_wcs():
    shown = run("--help")
    assert shown.returncode == 0
    assert "Not WCS" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--hooks", "localhost:8000"),
        ("--hooks", "http://127.0.0.1:1", "--secret-file", "/nowhere"),
        ("--hooks", "http://127.0.0.1:1", "--rest-user", "gateway"),
    ],
)
def test_wrong_arguments_are_explained(arguments):
    shown = run(*arguments)
    assert shown.returncode == 2
    assert "error: " in shown.stderr
    assert "Traceback" not in shown.stderr


def test_hooks_of_the_environment_go_there(backend):
    with Part(
        "clickhook.demo.wcs",
        WCS_HOOKS=f"{backend.url} other={backend.url}",
        WCS_SIGNING_SECRET=SECRET,
    ) as wcs:
        visitor = Visitor(wcs.wait_for(what="listening")["websocket"]).connect(app_key="other")
        visitor.expect("getUserData")
        visitor.close()
        command = Path(f"/proc/{wcs.process.pid}/cmdline").read_text()
    assert backend.posted("connect")
    assert "/hooks/" not in command


def test_hooks_of_the_environment_are_checked():
    shown = run(WCS_HOOKS="localhost:8000")
    assert shown.returncode == 2
    assert "WCS_HOOKS: 'localhost:8000' is no address" in shown.stderr


def test_an_address_in_use_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        shown = run("--hooks", "http://127.0.0.1:1", "--listen", place, "--no-media")
    assert shown.returncode == 1
    reason = shown.stderr.replace("[errno 98] ", "")  # which Python 3.13 adds
    assert reason == f"Cannot listen at {place}: address already in use\n"
