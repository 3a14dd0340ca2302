"""HAProxy in front of the cluster, from docker/ha/haproxy.cfg."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.faults.ha.cluster import NODES, POSTGRES, REST, Cluster
from tests.faults.ha.filling import fill

HAPROXY = "/usr/sbin/haproxy"


class Balancer:
    def __init__(self, cluster: Cluster, port: int) -> None:
        self.port = port
        changes = {"bind :5000": f"bind 127.0.0.1:{port}"}
        for node in NODES:
            rest = cluster.network.reached(node, REST).replace(":", " port ")
            changes[f"{node} {node}:5432 check"] = (
                f"{node} {cluster.network.reached(node, POSTGRES)} check addr {rest}"
            )
        self._file = fill("ha/haproxy.cfg", changes, cluster.directory / "haproxy.cfg")

    def __enter__(self) -> Balancer:
        with Path(self._file).with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                [HAPROXY, "-W", "-db", "-f", str(self._file)], stdout=log, stderr=log
            )
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()
