"""`manage.py up` as an operator runs it, on a data directory and a port of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.ports import find_port

ROOT = Path(__file__).resolve().parents[2]


def eventually(condition, within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Up:
    def __init__(self, data_dir: Path, **environment: str) -> None:
        self.data_dir, self.host = data_dir, "127.0.0.1"
        self.environment = {**os.environ, **environment}
        self.environment.pop("CLICKHOOK_DATA_DIR", None)
        self.port = find_port()

    def start(self, *, ready: bool = True) -> str:
        self.output = self.data_dir.parent / "output"
        command = [
            sys.executable,
            "manage.py",
            "up",
            "--data-dir",
            str(self.data_dir),
            "--bind",
            f"{self.host}:{self.port}",
        ]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )
        if ready:
            self._wait()
        return self.output.read_text()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while self.get("/readyz") != 200:
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another management command on the same data directory."""
        environment = {**os.environ, "CLICKHOOK_DATA_DIR": str(self.data_dir)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )

    def postmaster(self) -> int:
        return int((self.data_dir / "postgres/cluster/postmaster.pid").read_text().split()[0])

    def gunicorn(self) -> int:
        """The master: the one child of `up` that is gunicorn."""
        (pid,) = self.gunicorns()
        return pid

    def gunicorns(self) -> list[int]:
        """None while it is started again."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split() if _runs_gunicorn(pid)]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def leftovers(self) -> list[str]:
        """Command lines of processes that still belong to it."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_text().replace("\0", " ")
                    variables = (entry / "environ").read_bytes()
                except OSError:
                    continue
                if str(self.data_dir) in line or os.fsencode(self.data_dir) in variables:
                    found.append(line)
        return found

    def eventually_gone(self) -> None:
        deadline = time.monotonic() + 20
        while self.leftovers():
            assert time.monotonic() < deadline, self.leftovers()
            time.sleep(0.1)


def _runs_gunicorn(pid: str) -> bool:
    return "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
