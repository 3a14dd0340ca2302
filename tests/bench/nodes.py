"""What stands around one gateway: a second one, nginx in front of both, and the worker."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.processes import cpu_seconds, descendants
from tests.bench.sides import ROOT, Gateway, Side
from tests.clickhook.nginx import Nginx

LIVES = "SELECT FROM hooks_worker WHERE seen_at > now() - interval '10 s'"


class TwoNodes(Side):
    """Two gateways behind docker/nginx.conf, TLS included."""

    name = "two behind nginx"

    def __init__(self, rig, workers: int) -> None:
        super().__init__(rig)
        rig.environment["CLICKHOOK_TRUSTED_PROXIES"] = "1"
        self.nodes = [Gateway(rig, workers) for _ in range(2)]

    def start(self) -> None:
        directory = self.rig.directory / "nginx"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for node in self.nodes:
            node.start()
            node.wait()
        nginx = Nginx(directory, self.nodes)
        nginx.start()
        self.port, self.url = nginx.port, f"https://127.0.0.1:{nginx.port}"
        self.processes = [nginx.process, *(one for node in self.nodes for one in node.processes)]


@contextlib.contextmanager
def working(rig) -> Iterator[subprocess.Popen]:
    """`manage.py worker`, from its first sign of life."""
    command = [sys.executable, str(ROOT / "manage.py"), "worker"]
    process = subprocess.Popen(command, env=rig.environment, stderr=subprocess.DEVNULL)
    try:
        with rig.connect() as connection:
            while not connection.execute(LIVES).fetchall():
                time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def cpu_of(process: subprocess.Popen) -> float:
    return sum(map(cpu_seconds, descendants(process.pid)))
