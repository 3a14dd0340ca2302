"""What systemd's units do to a gateway, as far as that shows without systemd."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.clickhook.system_calls import confine_as
from tests.clickhook.test_deployment import DOCKER, needs_systemd
from tests.conftest import Gateway
from tests.ports import find_port

pytestmark = pytest.mark.proof

UNIT = DOCKER / "systemd" / "clickhook-gateway@.service"
LOGIN = "/admin/login/"


@pytest.fixture
def confined_gateway(django_db_setup):
    gateway = Gateway(confine=confine_as(UNIT)).start()
    yield gateway
    gateway.stop()


@needs_systemd
def test_people_sign_in_with_the_system_calls_that_a_unit_leaves(db, confined_gateway):
    """The thread that hashes a password makes itself less urgent, by a call of its own."""
    processes = set(confined_gateway.processes)
    wcs = confined_gateway.wcs("", None)
    page = wcs.request("GET", LOGIN)
    token = re.search(rb'csrfmiddlewaretoken" value="(\w+)', page.body)[1].decode()
    form = {"csrfmiddlewaretoken": token, "username": "nobody", "password": "wrong"}
    headers = {
        "Cookie": page.headers["set-cookie"].partition(";")[0],
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = wcs.request("POST", LOGIN, urlencode(form).encode(), headers)
    wcs.close()

    assert answer.status == 200
    assert b"errornote" in answer.body
    assert set(confined_gateway.processes) == processes


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_a_unit_waits_until_its_gateway_is_ready_or_gone(db, gateway):
    with _wait_for(gateway.port, os.getpid()) as waiting:
        assert waiting.wait(timeout=20) == 0

    with subprocess.Popen(["sleep", "60"]) as main, _wait_for(find_port(), main.pid) as waiting:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=3)
        main.kill()
        main.wait()
        assert waiting.wait(timeout=20) == 1


@contextlib.contextmanager
def _wait_for(port: int, main: int) -> Iterator[subprocess.Popen[bytes]]:
    line = re.search(r"^ExecStartPost=/bin/sh -c '(.+)'$", UNIT.read_text(), re.MULTILINE)
    command = ["/bin/sh", "-c", line[1].replace("%i", str(port))]
    with subprocess.Popen(command, env={**os.environ, "MAINPID": str(main)}) as waiting:
        try:
            yield waiting
        finally:
            waiting.kill()
