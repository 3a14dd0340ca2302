"""What is soaked: PostgreSQL, a gateway of two processes, and the worker."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psycopg

from clickhook import datadir
from clickhook.postgres import Server
from tests.bench.processes import descendants
from tests.faults.tenants import NO_LIMITS, make_tenant, write_import
from tests.ports import find_port

ROOT = Path(__file__).resolve().parents[3]
PROCESSES = 2
STARTS_WITHIN = 60.0  # seconds
ENDS_WITHIN = 60.0  # seconds
# Every rule has something to do, and refuses nothing; talks cost money, so they are settled.
ARMED = NO_LIMITS | {
    "concurrent_calls": 100_000,
    "calls_per_second": 100_000,
    "calls_per_minute": 10_000_000,
    "calls_per_hour": 100_000_000,
    "calls_per_day": 100_000_000,
    "call_seconds": 1800,
    "money_per_day": "10000000.00",
    "money_per_month": "10000000.00",
}
RATE = "0.06"  # a minute
KEPT = {"CLICKHOOK_KEEP_EVENTS": "3", "CLICKHOOK_KEEP_CALLS": "4"}  # minutes, by worker.py
TROUBLES = re.compile(
    r'^clickhook_(?:refusals|database_errors)_total\{\w+="(.+)"\} (\S+)$', re.MULTILINE
)
LEASES = {"CLICKHOOK_RING_LEASE": "60", "CLICKHOOK_SESSION_LEASE": "60"}  # seconds


class Place:
    def __init__(self, directory: Path, tenants: int) -> None:
        self.directory = directory
        self.slugs = [f"tenant-{number}" for number in range(1, tenants + 1)]
        self.port = find_port()
        left_out = ("DATABASE_URL", "WEB_CONCURRENCY")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        ours = {"CLICKHOOK_DATA_DIR": str(directory), "WEB_CONCURRENCY": str(PROCESSES)}
        self._environment = kept | ours | KEPT | LEASES
        datadir.prepare(directory)
        self._postgres = Server(directory, "shared_buffers=256MB")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Place:
        self._postgres.acquire(0)
        self._postgres.start()
        try:
            self._fill()
            gunicorn = ["gunicorn", "-c", "docker/gunicorn.conf.py"]
            self._start("gateway", [*gunicorn, "--bind", f"127.0.0.1:{self.port}"])
            self._start("worker", ["tests.faults.soak.worker"])
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(ENDS_WITHIN)
        self._postgres.stop()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self._postgres.socket), user="clickhook", dbname="clickhook", autocommit=True
        )

    def processes(self) -> dict[str, list[int]]:
        """Their ids, by what they are."""
        gateway = self._processes["gateway"].pid
        workers = [pid for pid in descendants(gateway) if pid != gateway]
        named = {f"gateway process {n}": [pid] for n, pid in enumerate(sorted(workers), 1)}
        postmaster = int((self._postgres.cluster / "postmaster.pid").read_text().split()[0])
        return {
            "gateway master": [gateway],
            **named,
            "worker": [self._processes["worker"].pid],
            "PostgreSQL": descendants(postmaster),
        }

    def troubles(self) -> dict[str, int]:
        """The gateway's own counts: of refusals by reason, and of what the database did not do."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as page:
            found = TROUBLES.findall(page.read().decode())
        return {name: int(float(number)) for name, number in found if float(number)}

    def ended(self) -> list[str]:
        return [name for name, process in self._processes.items() if process.poll() is not None]

    def _fill(self) -> None:
        self._manage("migrate", "-v0")
        tenants = [make_tenant(slug, "active", ARMED, RATE) for slug in self.slugs]
        self._manage("import_tenants", str(write_import(tenants, self.directory / "tenants.json")))
        with self.connect() as connection:
            connection.execute("VACUUM ANALYZE")

    def _start(self, name: str, module: list[str]) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._listens():
            if self.ended() or time.monotonic() > deadline:
                raise SystemExit(f"the gateway does not start; see the logs in {self.directory}")
            time.sleep(0.2)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, stdout=subprocess.DEVNULL
        )
