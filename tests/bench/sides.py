"""The two servers that the benchmark compares: the gateway, and nginx with php-fpm."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from clickhook import datadir
from hooks.methods import REST_CLIENT_CONFIG
from tests.bench.processes import cpu_seconds, descendants, rss_mib
from tests.ports import find_port

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent


class Side:
    name = ""

    def __init__(self, rig) -> None:
        self.rig, self.port = rig, find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen] = []

    def __enter__(self) -> Side:
        self.start()
        self.wait()
        return self

    def __exit__(self, *error: object) -> None:
        while self.processes:
            process = self.processes.pop()
            process.terminate()
            process.wait()

    def cpu_seconds(self) -> float:
        return sum(
            cpu_seconds(pid) for process in self.processes for pid in descendants(process.pid)
        )

    def wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            time.sleep(0.05)
        raise SystemExit(f"{self.name} does not start")


class Gateway(Side):
    name = "gateway"

    def __init__(self, rig, workers: int, log: IO[bytes] | None = None) -> None:
        super().__init__(rig)
        self.workers, self.log = workers, log

    def start(self) -> None:
        conf = ROOT / "docker" / "gunicorn.conf.py"
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            str(conf),
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        environment = {**self.rig.environment, "WEB_CONCURRENCY": str(self.workers)}
        self.processes.append(
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=self.log, stderr=self.log)
        )

    def memory_mib(self) -> list[int]:
        master = self.processes[0].pid
        return [rss_mib(pid) for pid in descendants(master) if pid != master]


class Peer(Side):
    def __init__(self, rig, children: int, tuned: bool = False) -> None:
        super().__init__(rig)
        self.children, self.tuned = children, tuned
        self.name = "php-tuned" if tuned else "php"

    def start(self) -> None:
        directory = self.rig.directory / self.name
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        for program in ("index.php", "calls.php"):
            shutil.copy(HERE / "peer" / program, directory)
        (directory / "rest_client_config.json").write_text(json.dumps(REST_CLIENT_CONFIG))
        filled = {
            "@DIR@": str(directory),
            "@PORT@": str(self.port),
            "@CHILDREN@": str(self.children),
            "@USER@": _user(),
        }
        for name in ("nginx.conf", "php-fpm.conf"):
            text = (HERE / "peer" / name).read_text()
            for mark, value in filled.items():
                text = text.replace(mark, value)
            (directory / name).write_text(text)
        environment = {
            **os.environ,
            "PEER_DSN": f"pgsql:host={self.rig.postgres.socket};dbname=clickhook;user=clickhook",
            **({"PEER_TUNED": "1"} if self.tuned else {}),
            "CLICKHOOK_ENCRYPTION_KEYS": datadir.encryption_keys(self.rig.directory),
        }
        root = ["-R"] if os.geteuid() == 0 else []
        self.processes.append(
            subprocess.Popen(
                [_php_fpm(), *root, "-F", "-y", str(directory / "php-fpm.conf")],
                env=environment,
                stderr=subprocess.DEVNULL,
            )
        )
        nginx = [
            "nginx",
            "-c",
            str(directory / "nginx.conf"),
            "-p",
            str(directory),
            "-g",
            f"user {_user()};",
        ]
        self.processes.append(subprocess.Popen(nginx, stderr=subprocess.DEVNULL))


def _php_fpm() -> str:
    found = shutil.which("php-fpm") or next(
        (str(path) for path in sorted(Path("/usr/sbin").glob("php-fpm*"))), ""
    )
    return found or sys.exit("php-fpm is not installed")


def _user() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
