"""Two gateways, the worker, and nginx in front, as they run in production."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.clickhook.certificate import make_certificate
from tests.faults.ha.filling import DOCKER, fill
from tests.faults.ready import ask_ready
from tests.faults.tenants import SWITCH_OFF, make_tenants, write_import

ROOT = DOCKER.parent
NGINX = "/usr/sbin/nginx"
TEMPORARY = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
WORKER = [sys.executable, "manage.py", "worker"]
STARTS_WITHIN = 60.0  # seconds
SECRET_KEY = secrets.token_urlsafe(48)  # the same for all gateways of a run, as the tables are
ENCRYPTION_KEYS = f"1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


class Gateways:
    def __init__(self, directory: Path, database_url: str, ports: Sequence[int]) -> None:
        """`ports`: nginx's, and those of the two gateways."""
        self.directory = directory
        self.port, *self.ports = ports
        directory.mkdir()
        self.certificate = make_certificate(directory)
        self._environment = {
            **{name: value for name, value in os.environ.items() if name != "WEB_CONCURRENCY"},
            "DATABASE_URL": database_url,
            "CLICKHOOK_PUBLIC_URL": "https://gateway.example",
            "CLICKHOOK_SECRET_KEY": SECRET_KEY,
            "CLICKHOOK_ENCRYPTION_KEYS": ENCRYPTION_KEYS,
            "CLICKHOOK_TRUSTED_PROXIES": "1",
            "WEB_CONCURRENCY": "2",
        }
        self._processes: list[subprocess.Popen] = []

    def __enter__(self) -> Gateways:
        for port in self.ports:
            gunicorn = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
            self._start(f"gateway-{port}", gunicorn, CLICKHOOK_BIND=f"127.0.0.1:{port}")
        self._worker = self._start("worker", WORKER)
        configuration = self._configure_nginx()
        self._start("nginx", [NGINX, "-c", str(configuration), "-g", "daemon off;"])
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise TimeoutError(f"no gateway is ready; see the logs in {self.directory}")
            time.sleep(0.1)
        return self

    def _is_ready(self) -> bool:
        with socket.socket() as probe:
            nginx_listens = probe.connect_ex(("127.0.0.1", self.port)) == 0
        return nginx_listens and all(ask_ready(port)[0] == 200 for port in self.ports)

    def __exit__(self, *error: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(30)

    def restart_worker(self) -> None:
        self._processes.remove(self._worker)
        self._worker.terminate()
        self._worker.wait(30)
        self._worker = self._start("worker", WORKER)

    def fill(self) -> None:
        """Tenants and one media server."""
        self._manage("migrate", "-v0")
        file = write_import(make_tenants(), self.directory / "tenants.json")
        self._manage("import_tenants", str(file))
        self._manage(*SWITCH_OFF)

    def find_fault_of_replication(self) -> str:
        """What doctor says of it, where it says something."""
        told = json.loads(self._manage("doctor", "--json", is_well=False))
        faults = [f["sentence"] for f in told if f["check"] == "replication" and not f["is_well"]]
        return " ".join(faults)

    @property
    def spooled(self) -> int:
        """Files of events that no database has yet."""
        return len(list(self.directory.glob("*/spool/*.jsonl")))

    def ended(self) -> list[str]:
        """Of the programs that must run."""
        return [str(process.args) for process in self._processes if process.poll() is not None]

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.directory.glob("gateway-*.log")))

    def _start(self, name: str, command: list[str], **variables: str) -> subprocess.Popen[bytes]:
        variables["CLICKHOOK_DATA_DIR"] = str(self.directory / f"{name}.data")
        with (self.directory / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment | variables, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def _manage(self, *arguments: str, is_well: bool = True) -> str:
        variables = {"CLICKHOOK_DATA_DIR": str(self.directory)}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment | variables,
            stdout=subprocess.PIPE,
            stderr=None if is_well else subprocess.DEVNULL,
            text=True,
            check=is_well,
        )
        return done.stdout

    def _configure_nginx(self) -> Path:
        temporary = "".join(f"{kind}_temp_path {self.directory}/{kind};" for kind in TEMPORARY)
        changes = {
            "http {": f"http {{\n{temporary}",
            "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/etc/nginx/tls": str(self.directory),
            "/var/log/nginx": str(self.directory),
            "/run/nginx.pid": str(self.directory / "nginx.pid"),
        }
        for number, port in enumerate(self.ports, 1):
            changes[f"gateway-{number}:8000"] = f"127.0.0.1:{port}"
        return fill("nginx.conf", changes, self.directory / "nginx.conf")
