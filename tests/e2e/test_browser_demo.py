"""`manage.py demo` for a newcomer: one command, one address, a call, the call in the admin."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.browser import PAGE_WITHIN_MILLISECONDS, Visit
from tests.ports import find_port

READY_WITHIN = 90.0  # seconds


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """Its process, and the address it printed."""
    directory = tmp_path_factory.mktemp("demo")
    command = [
        sys.executable,
        "manage.py",
        "demo",
        "--port",
        str(find_port()),
        "--data-dir",
        str(directory / "data"),
    ]
    log = directory / "log"
    with log.open("w") as output:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("CLICKHOOK_")
        }
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process, _address(process, log), directory, log
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + READY_WITHIN
    while not (address := re.search(r"http://localhost:\d+/\?key=\S+", log.read_text())):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return address[0]


def button(visit, number):
    return visit.page.locator("clickhook-button").nth(number)


def state(visit, number, wanted):
    visit.page.wait_for_selector(
        f"clickhook-button[data-state={wanted}] >> nth=0", timeout=PAGE_WITHIN_MILLISECONDS
    )
    assert button(visit, number).get_attribute("data-state") == wanted


def test_a_newcomer_calls_and_sees_the_call(demo, chromium):
    _, address, _, _ = demo
    visit = Visit(chromium, address)
    button(visit, 0).get_by_role("button").first.click()
    state(visit, 0, "talking")
    with visit.page.expect_popup() as opened:
        visit.page.get_by_role("link", name="the admin's list").click()
    calls = opened.value
    calls.wait_for_selector("#result_list")
    assert "sales" in calls.inner_text("#result_list")
    assert "10002" in calls.inner_text("#result_list")
    button(visit, 0).get_by_role("button").first.click()
    state(visit, 0, "ended")
    button(visit, 1).get_by_role("button").first.click()
    state(visit, 1, "busy")
    button(visit, 2).get_by_role("button").first.click()
    state(visit, 2, "refused")
    assert [line for line in visit.console if "Content Security Policy" in line] == []
    assert [line for line in visit.console if "no ticket" in line] == []
    assert visit.page.locator("#events li").count() >= 8
    visit.leave()


@pytest.mark.parametrize("key", ["", "?key=", "?key=wrong", "?key=%C3%A4"])
def test_nobody_gets_into_the_admin_without_the_printed_key(demo, chromium, key):
    _, address, _, _ = demo
    page = chromium.new_page()
    answer = page.goto(address.partition("?")[0] + f"admin{key}")
    assert answer.status == 403
    assert page.context.cookies() == []
    page.close()


def processes_of(directory):
    """Their command lines. Whatever was started for it has its name in the environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it may end at this moment
            if str(directory).encode() in environment.read_bytes():
                found.append((environment.parent / "cmdline").read_text())
    return found


def test_no_list_of_processes_shows_a_key(demo):
    _, _, directory, _ = demo
    commands = processes_of(directory)
    assert [command for command in commands if "clickhook.demo.wcs" in command]
    assert [command for command in commands if "/hooks/" in command] == []


def test_ctrl_c_ends_all_of_it(demo):
    process, _, directory, log = demo
    assert len(processes_of(directory)) > 8
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    assert log.read_text().rstrip().endswith("The demo has ended.")
    assert processes_of(directory) == []
    assert "Traceback" not in log.read_text()
