"""nginx opens as many connections as it may have, also where the system gives it few files."""

from __future__ import annotations

import contextlib
import resource
import socket
import subprocess

import pytest

from tests.cast import ACME_SIGNING
from tests.clickhook.nginx import PROGRAM, Nginx

pytestmark = [
    pytest.mark.proof,
    pytest.mark.skipif(PROGRAM is None, reason="needs nginx; Debian: nginx-light"),
]
SYSTEMDS = 1024  # files: what systemd lets a service open that does not ask for more
STRANGERS = 2600  # idle connections


@pytest.fixture
def nginx(gateway, tmp_path, monkeypatch):
    begin = subprocess.Popen

    def begin_with_few_files(command, **more):
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        return begin(["prlimit", f"--nofile={SYSTEMDS}:{most}", *command], **more)

    running = Nginx(tmp_path, [gateway, gateway])
    with monkeypatch.context() as few:
        few.setattr("tests.clickhook.nginx.subprocess.Popen", begin_with_few_files)
        running.start()
    yield running
    running.stop()


def test_idle_connections_of_strangers_keep_no_hook_out(cast, nginx):
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        with contextlib.ExitStack() as opened:
            for _ in range(STRANGERS):
                stranger = socket.create_connection(("127.0.0.1", nginx.port), 10)
                opened.enter_context(stranger)
            wcs = nginx.wcs(cast.acme_1.key, ACME_SIGNING)
            wcs._connection.timeout = 5
            assert wcs.post("connect").status == 200
            wcs.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
    assert "Too many open files" not in nginx.log("error.log")
