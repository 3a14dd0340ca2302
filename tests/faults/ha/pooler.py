"""PgBouncer in session mode before HAProxy, from docker/ha/pgbouncer.ini."""

from __future__ import annotations

import subprocess

from tests.faults.ha.cluster import PASSWORD, Cluster
from tests.faults.ha.filling import fill

PGBOUNCER = "/usr/sbin/pgbouncer"


class Pooler:
    def __init__(self, cluster: Cluster, port: int, balancer_port: int) -> None:
        self.port = port
        users = cluster.directory / "userlist.txt"
        users.write_text(f'"clickhook" "{PASSWORD}"\n')
        changes = {
            "port=5000": f"port={balancer_port}",
            "listen_addr = 0.0.0.0": "listen_addr = 127.0.0.1",
            "listen_port = 6432": f"listen_port = {port}",
            "/etc/pgbouncer/userlist.txt": str(users),
        }
        self._file = fill("ha/pgbouncer.ini", changes, cluster.directory / "pgbouncer.ini")

    def __enter__(self) -> Pooler:
        with self._file.with_suffix(".pgbouncer.log").open("ab") as log:
            command = [PGBOUNCER, "-u", "nobody", str(self._file)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()
