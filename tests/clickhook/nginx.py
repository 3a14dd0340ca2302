"""nginx as docker/nginx.conf configures it, on a port and in a directory of its own."""

from __future__ import annotations

import http.client
import os
import shutil
import ssl
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.clickhook.certificate import make_certificate
from tests.clickhook.running_up import ROOT, eventually, is_listening
from tests.ports import find_port
from tests.wcs import Wcs

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin")
CONFIGURATION = (ROOT / "docker" / "nginx.conf").read_text()
TEMPORARY = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")


class Listening(Protocol):
    port: int


class Nginx:
    def __init__(
        self,
        directory: Path,
        gateways: Sequence[Listening],
        *marks: str,
        configuration: str = CONFIGURATION,
        named: str = "gateway",
    ) -> None:
        """`marks`: of what is switched on in its configuration, such as `#wcs`.

        `named`: what the configuration calls the gateways, before their number.
        """
        self.port, self.directory = find_port(), directory
        self._certificate = make_certificate(directory)
        temporary = "".join(f"{kind}_temp_path {directory}/{kind};" for kind in TEMPORARY)
        changes = {
            # Its workers, as nobody, could not reach the temporary files of a test's directory.
            "http {": f"{'user root;' if not os.geteuid() else ''}\nhttp {{\n{temporary}",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/nginx/tls": str(directory),
            "/var/log/nginx": str(directory),
            "/run/nginx.pid": str(directory / "pid"),
        }
        for number, gateway in enumerate(gateways, 1):
            changes[f"{named}-{number}:8000"] = f"127.0.0.1:{gateway.port}"
        for mark in marks:
            changes[f"{mark} "] = ""
        (directory / "nginx.conf").write_text(_replace(configuration, changes))

    def start(self) -> None:
        configuration = self.directory / "nginx.conf"
        command = [PROGRAM, "-p", self.directory, "-c", configuration, "-g", "daemon off;"]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        eventually(lambda: is_listening(self.port))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def wcs(self, key: str, secret: str | None) -> Wcs:
        wcs = Wcs(self.port, key, secret)
        trusted = ssl.create_default_context(cafile=str(self._certificate))
        wcs._connection = http.client.HTTPSConnection(
            "localhost", self.port, timeout=30, context=trusted
        )
        return wcs

    def log(self, name: str) -> str:
        return (self.directory / name).read_text()


def _replace(text: str, changes: dict[str, str]) -> str:
    for written, meant in changes.items():
        assert written in text
        text = text.replace(written, meant)
    return text
