"""The gateway against the same job in PHP, side by side in one run, on one PostgreSQL.

The job, a signed connect: check the HMAC, find the tenant among N by its origin, open the SIP
password, insert session and event, commit, answer. All sides write the same tables. Figures are
medians of the rounds, in which the sides take turns.

Needs wrk, nginx, php-fpm and php-pgsql (Debian: apt-get install wrk nginx-light php-fpm php-pgsql).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.rig import CONNECTIONS, Rig
from tests.bench.sides import Gateway, Peer, Side

GOALS = {1: 1.8, 8: 2.5, 64: 5.0}  # requests/s against PHP + PDO
HEADER = (
    "  domains  conns  side        requests/s   p50 ms   p99 ms  timeouts"
    "  CPU us: server + PostgreSQL  times php  goal"
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default 5)")
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
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory,
        Rig(Path(directory)) as rig,
    ):
        figures = measure(rig, options)
    sys.stdout.write((json.dumps(figures, indent=1) if options.json else table(figures)) + "\n")
    return 0


def measure(rig: Rig, options: argparse.Namespace) -> dict:
    figures: dict = {"rows": []}
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
            figures["rows"] += compare(rig, sides, domains, connections, options)
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


def table(figures: dict) -> str:
    lines = [HEADER]
    php = {
        (row["domains"], row["connections"]): row for row in figures["rows"] if row["side"] == "php"
    }
    for row in figures["rows"]:
        peer = php.get((row["domains"], row["connections"]))
        times = f"{row['rate'] / peer['rate']:9.2f}" if peer else ""
        goal = f"{GOALS[row['connections']]:6.1f}" if peer and row["side"] == "gateway" else ""
        cpu = f"{row['server_us']:>12.0f} + {row['postgres_us']:<12.0f}"
        lines.append(
            f"{row['domains']:>9,}  {row['connections']:>5}  {row['side']:<10}"
            f" {row['rate']:>11.0f} {row['p50_ms']:>8.2f} {row['p99_ms']:>8.2f}"
            f" {row['timeouts']:>9.0f}   {cpu}{times} {goal}"
        )
    if "memory" in figures:
        lines += ["", "    hooks  MiB of each worker"]
        lines += [f"{point['hooks']:>9,}  {point['mib']}" for point in figures["memory"]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
