"""etcd and two PostgreSQL under Patroni, from the files in docker/ha."""

from __future__ import annotations

import base64
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from tests.bench.processes import descendants
from tests.faults.ha.filling import fill

NODES = ("db-1", "db-2")
PASSWORD = "a-password-of-the-cluster"  # for each of its users
STARTS_WITHIN = 180.0  # seconds
POSTGRES, REST = 5432, 8008


class Cluster:
    def __init__(self, directory: Path, network: Any, etcds: int = 1) -> None:
        self.network, self.directory = network, _make(directory)
        self.etcds = [f"etcd-{number}" for number in range(1, etcds + 1)]
        self._processes: dict[str, subprocess.Popen] = {}
        self._commands: dict[str, list[str]] = {}

    def __enter__(self) -> Cluster:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        for name in list(self._processes):
            self.kill_node(name)

    def _start(self) -> None:
        for node in [*self.etcds, *NODES]:
            self.network.add(node)
        for name in self.etcds:
            self._set_up_etcd(name)
            self.start_node(name)
        for name in NODES:
            self._set_up_postgres(name)
            self.start_node(name)
        self.wait_until_whole()
        with self.connect("postgres", "postgres") as connection:
            connection.execute(f"CREATE ROLE clickhook LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE DATABASE clickhook OWNER clickhook")
            connection.execute("GRANT pg_monitor TO clickhook")

    def start_node(self, name: str) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                self._commands[name], env=_environment(), stdout=log, stderr=log
            )

    def kill_node(self, name: str) -> None:
        """Patroni and PostgreSQL, or etcd, as a power cut would."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()
        self.kill_postgres(name)

    def kill_postgres(self, name: str) -> None:
        pid_file = self._data(name) / "postmaster.pid"
        if pid_file.exists():
            for pid in descendants(int(pid_file.read_text().split()[0])):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue

    def is_primary(self, name: str) -> bool:
        """What Patroni of this node answers to a load balancer."""
        try:
            with urllib.request.urlopen(self._rest(name, "/primary"), timeout=0.4) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def leader(self) -> str:
        """Empty where none says so."""
        return next((name for name in NODES if self.is_primary(name)), "")

    def other(self, name: str) -> str:
        return next(node for node in NODES if node != name)

    def switch_over(self) -> None:
        leader = self.leader()
        wanted = json.dumps({"leader": leader, "candidate": self.other(leader)}).encode()
        known = base64.b64encode(f"operator:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {known}", "Content-Type": "application/json"}
        request = urllib.request.Request(self._rest(leader, "/switchover"), wanted, headers)
        urllib.request.urlopen(request, timeout=30).close()

    def wait_until_whole(self) -> None:
        """A primary, and a standby without which it commits nothing."""
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._is_whole():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the cluster is not whole; see the logs in {self.directory}")
            time.sleep(0.25)

    def connect(self, user: str, database: str) -> psycopg.Connection:
        host, _, port = self.network.reached(self.leader(), POSTGRES).partition(":")
        return psycopg.connect(
            host=host,
            port=port,
            user=user,
            dbname=database,
            password=PASSWORD,
            connect_timeout=2,
            autocommit=True,
        )

    def _is_whole(self) -> bool:
        state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
        try:
            with self.connect("postgres", "postgres") as connection:
                return connection.execute(state).fetchone() == (1,)
        except (KeyError, psycopg.OperationalError):
            return False

    def _rest(self, name: str, path: str) -> str:
        return f"http://{self.network.reached(name, REST)}{path}"

    def _data(self, name: str) -> Path:
        return self.directory / name

    def _set_up_etcd(self, name: str) -> None:
        reach = self.network.reached
        others = ",".join(f"{node}=http://{reach(node, 2380)}" for node in self.etcds)
        changes = {
            "etcd-1=http://etcd-1:2380,etcd-2=http://etcd-2:2380,etcd-3=http://etcd-3:2380": others,
            "name: etcd-1": f"name: {name}",
            "/var/lib/etcd/clickhook": str(self._data(name)),
            "http://0.0.0.0:2380": f"http://{self.network.listening(name, 2380)}",
            "http://0.0.0.0:2379": f"http://{self.network.listening(name, 2379)}",
            "http://etcd-1:2380": f"http://{reach(name, 2380)}",
            "http://etcd-1:2379": f"http://{reach(name, 2379)}",
        }
        file = fill("ha/etcd.yml", changes, self.directory / f"{name}.yml")
        self._commands[name] = [*self.network.command(name), "etcd", "--config-file", str(file)]

    def _set_up_postgres(self, name: str) -> None:
        reach = self.network.reached
        etcds = ",".join(reach(etcd, 2379, name) for etcd in self.etcds)
        changes = {
            "etcd-1:2379,etcd-2:2379,etcd-3:2379": etcds,
            "name: db-1": f"name: {name}",
            "0.0.0.0:8008": self.network.listening(name, REST),
            "db-1:8008": reach(name, REST),
            "0.0.0.0:5432": self.network.listening(name, POSTGRES),
            "db-1:5432": reach(name, POSTGRES),
            "/usr/lib/postgresql/15/bin": _postgresql(),
            "/var/lib/postgresql/15/clickhook": str(self._data(name)),
            "/var/lib/postgresql/patroni.pgpass": str(self.directory / f"{name}.pgpass"),
            "/var/run/postgresql": str(_make(self.directory / f"{name}.socket")),
            "10.0.0.0/8": self.network.trusted,
            **self.network.changes,
        }
        file = fill("ha/patroni.yml", changes, self.directory / f"{name}.yml")
        user = ["--reuid=postgres", "--regid=postgres", "--init-groups"]
        as_postgres = ["setpriv", *user, "--"] if os.geteuid() == 0 else []
        patroni = shutil.which("patroni") or "patroni"
        self._commands[name] = [*self.network.command(name), *as_postgres, patroni, str(file)]


def _make(directory: Path) -> Path:
    directory.mkdir()
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres", "postgres")
    return directory


def _environment() -> dict[str, str]:
    kept = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
    whose = ("SUPERUSER", "REPLICATION", "REWIND", "RESTAPI")
    return kept | {f"PATRONI_{name}_PASSWORD": PASSWORD for name in whose}


def _postgresql() -> str:
    """Debian's newest."""
    return str(max(Path("/usr/lib/postgresql").glob("*/bin")))
