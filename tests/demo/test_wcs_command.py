"""The stand-in from the command line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from clickhook.demo.part import Part
from clickhook.demo.wcs.__main__ import main
from tests.conftest import ROOT
from tests.demo.hook_backend import SECRET
from tests.e2e.visitor import Visitor


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clickhook.demo.wcs", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30, check=False
    )


def read_refusal(monkeypatch: Any, capsys: Any, *arguments: str) -> str:
    """In this process, since the stand-in is slow to load."""
    monkeypatch.setattr(sys, "argv", ["wcs", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    return capsys.readouterr().err


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
def test_wrong_arguments_are_explained(monkeypatch, capsys, arguments):
    assert "error: " in read_refusal(monkeypatch, capsys, *arguments)


@pytest.mark.proof
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


def test_hooks_of_the_environment_are_checked(monkeypatch, capsys):
    monkeypatch.setenv("WCS_HOOKS", "localhost:8000")
    expected = "WCS_HOOKS: 'localhost:8000' is no address"
    assert expected in read_refusal(monkeypatch, capsys)


def test_an_address_in_use_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        shown = run("--hooks", "http://127.0.0.1:1", "--listen", place, "--no-media")
    assert shown.returncode == 1
    reason = shown.stderr.replace("[errno 98] ", "")  # which Python 3.13 adds
    assert reason == f"Cannot listen at {place}: address already in use\n"
