"""Starts the cluster, lets each fault happen under load, and prints what became of the hooks.

Exit code 0: no hard rule was broken; 1: one was, see the last lines.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults.ha.balancer import Balancer
from tests.faults.ha.cluster import NODES, PASSWORD, POSTGRES, Cluster
from tests.faults.ha.faults import FAULTS, NAMES
from tests.faults.ha.gateways import Gateways
from tests.faults.ha.namespaces import Namespaces
from tests.faults.ha.pooler import Pooler
from tests.faults.ha.proxies import Proxies
from tests.faults.ha.report import table
from tests.faults.ha.run import Run
from tests.faults.isolation import run_again_isolated
from tests.faults.judging import Verdict
from tests.faults.report import tell, tell_what_is_broken

WAYS = ("hosts", "haproxy")  # without --way
WITH_POOLER = "pgbouncer"
EVERY_WAY = (*WAYS, WITH_POOLER)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.ha",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fault", action="append", choices=NAMES, help="only this; repeatable")
    parser.add_argument(
        "--way", action="append", choices=(*WAYS, WITH_POOLER), help="only this; repeatable"
    )
    parser.add_argument("--etcds", type=int, choices=(1, 3), default=1)
    parser.add_argument("--proxies", action="store_true", help="no network namespaces")
    parser.add_argument("--keep", type=Path, help="an empty folder for logs and configuration")
    parser.add_argument("--json", action="store_true", help="the verdicts as JSON")
    asked = parser.parse_args()

    if not asked.proxies:
        asked.proxies = not run_again_isolated("tests.faults.ha")
    with tempfile.TemporaryDirectory() as temporary:
        Path(temporary).chmod(0o755)
        directory = asked.keep or Path(temporary)
        verdicts = list(play(directory, asked))
    print(json.dumps([v.as_json() for v in verdicts]) if asked.json else table(verdicts))
    return tell_what_is_broken(verdicts)


def play(directory: Path, asked: argparse.Namespace) -> Iterator[Verdict]:
    faults = [fault for fault in FAULTS if fault.name in (asked.fault or NAMES)]
    network = Proxies() if asked.proxies else Namespaces()
    tell(f"starting {asked.etcds} etcd and two PostgreSQL: {network.name}")
    with Cluster(directory / "cluster", network, asked.etcds) as cluster:
        balancer = Balancer(cluster, network.port(5000))
        pooler = Pooler(cluster, network.port(6432), balancer.port)
        urls = {
            "hosts": url_of_hosts(cluster),
            "haproxy": url(f"127.0.0.1:{balancer.port}"),
            WITH_POOLER: url(f"127.0.0.1:{pooler.port}"),
        }
        gateways = [
            (way, Gateways(directory / way, urls[way], [network.port(8000 + n) for n in range(3)]))
            for way in asked.way or WAYS
        ]
        with balancer, pooler:
            gateways[0][1].fill()
            if fault := gateways[0][1].find_fault_of_replication():
                raise SystemExit(f"doctor finds fault with a cluster that is whole: {fault}")
            for way, started in gateways:
                with started:
                    yield from Run(cluster, started, way, tell).verdicts(faults)


def url_of_hosts(cluster: Cluster) -> str:
    return url(",".join(cluster.network.reached(node, POSTGRES) for node in NODES))


def url(places: str) -> str:
    return f"postgresql://clickhook:{PASSWORD}@{places}/clickhook"


if __name__ == "__main__":
    sys.exit(main())
