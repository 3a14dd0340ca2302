"""The gateway against the same job in PHP, side by side in one run, on one PostgreSQL.

First a signed connect: check the HMAC, find the tenant among N by its origin, open the SIP
password, insert session and event, commit, answer. Then whole calls, of many tenants and of a busy
one: a connect, a call, six events and a disconnect. The gateway has every kind of limit armed, the
peer has none; two gateways stand behind nginx, with half of the processes each. All sides write the
same tables. Figures are medians of the rounds, in which the sides take turns. What is printed are
the tables of the README, in about five minutes.

Needs wrk, nginx, php-fpm and php-pgsql (Debian: apt-get install wrk nginx-light php-fpm php-pgsql).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench import calls
from tests.bench.rig import CONNECTIONS, Rig
from tests.bench.sides import Gateway, Peer, Side
from tests.bench.tables import write


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement (default 3)")
    parser.add_argument(
        "--rounds", type=int, default=3, help="the sides take turns so often (default 3)"
    )
    parser.add_argument(
        "--domains",
        type=int,
        nargs="+",
        default=[1_000],
        help="the first number is compared with PHP",
    )
    parser.add_argument("--workers", type=int, default=2, help="of the gateway (default 2)")
    parser.add_argument("--children", type=int, default=16, help="of php-fpm (default 16)")
    parser.add_argument(
        "--tuned",
        action="store_true",
        help="also the PHP peer with one writing statement and no prepares",
    )
    parser.add_argument(
        "--memory-hooks",
        type=int,
        default=0,
        metavar="N",
        help="then post N more, watching worker memory",
    )
    parser.add_argument(
        "--only", choices=("connects", "calls"), help="one of the two tables (default both)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory,
        Rig(Path(directory)) as rig,
    ):
        figures: dict = {}
        if options.only != "calls":
            figures |= measure(rig, options)
        if options.only != "connects":
            figures["calls"] = calls.measure(rig, options)
    sys.stdout.write((json.dumps(figures, indent=1) if options.json else write(figures)) + "\n")
    return 0


def measure(rig: Rig, options: argparse.Namespace) -> dict:
    figures: dict = {"connects": []}
    for number, domains in enumerate(options.domains):
        rig.fill(domains)
        gateway = Gateway(rig, options.workers)
        peers = [
            Peer(rig, options.children, tuned)
            for tuned in (False, True)
            if options.tuned or not tuned
        ]
        sides = [gateway, *peers] if number == 0 else [gateway]
        for connections in CONNECTIONS:
            figures["connects"] += compare(rig, sides, domains, connections, options)
        if options.memory_hooks and number == len(options.domains) - 1:
            with gateway:
                figures["memory"] = rig.watch_memory(gateway, options.memory_hooks)
    return figures


def compare(
    rig: Rig, sides: list[Side], domains: int, connections: int, options: argparse.Namespace
) -> list[dict]:
    runs: dict[str, list[dict]] = {side.name: [] for side in sides}
    for number in range(options.rounds):
        for side in sides:
            with side:
                runs[side.name].append(rig.load(side, connections, options.seconds))
            rate = runs[side.name][-1]["rate"]
            sys.stderr.write(
                f"{domains:,} domains, {connections} connections, round {number + 1}: "
                f"{side.name} {rate:.0f}/s\n"
            )
    return [
        {"domains": domains, "connections": connections, "side": name, **medians(found)}
        for name, found in runs.items()
    ]


def medians(runs: list[dict]) -> dict:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


if __name__ == "__main__":
    sys.exit(main())
