"""The stand-in from the command line."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "clickhook.demo.wcs", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def test_help_says_that_it_is_not_wcs():
    shown = run("--help")
    assert shown.returncode == 0
    assert "Not WCS" in shown.stdout


@pytest.mark.parametrize(
    "arguments",
    [
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


def test_an_address_in_use_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        shown = run("--hooks", "http://127.0.0.1:1", "--listen", place, "--no-media")
    assert shown.returncode == 1
    assert shown.stderr == f"Cannot listen at {place}: address already in use\n"
