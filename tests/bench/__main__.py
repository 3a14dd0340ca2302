"""The gateway against the same job in PHP: `python -m tests.bench`, side by side in one run, on one PostgreSQL.

Needs wrk, nginx, php-fpm, php-pgsql (Debian: `apt-get install wrk nginx-light php-fpm php-pgsql`) and the embedded PostgreSQL.
The job: a signed connect: check the HMAC, find the tenant among N by its origin, open the SIP password, insert session and
event, commit, answer. Both sides write the same tables. Each figure is the median of the rounds, in which the two take turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from tests.bench.rig import CONNECTIONS, Gateway, Peer, Rig

GOALS = {1: 1.5, 8: 2.0, 64: 4.0}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="the two sides take turns so often (default 3)")
    parser.add_argument(
        "--domains", type=int, nargs="+", default=[1_000], help="e.g. 1000 1000000; the first is compared with PHP"
    )
    parser.add_argument("--workers", type=int, default=2, help="of the gateway (default 2)")
    parser.add_argument("--children", type=int, default=16, help="of php-fpm (default 16)")
    parser.add_argument(
        "--memory-hooks", type=int, default=0, metavar="N", help="then post N more hooks and watch the workers' memory"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory, Rig(Path(directory)) as rig:
        figures = measure(rig, options)
    print(json.dumps(figures, indent=1) if options.json else table(figures))
    return 0


def measure(rig: Rig, options: argparse.Namespace) -> dict:
    figures: dict = {"rows": []}
    for number, domains in enumerate(options.domains):
        rig.fill(domains)
        with Gateway(rig, options.workers) as gateway, Peer(rig, options.children) as peer:
            sides = [gateway, peer] if number == 0 else [gateway]
            for connections in CONNECTIONS:
                figures["rows"] += compare(rig, sides, domains, connections, options)
            if number == len(options.domains) - 1 and options.memory_hooks:
                figures["memory"] = rig.watch_memory(gateway, options.memory_hooks)
    return figures


def compare(rig: Rig, sides: list, domains: int, connections: int, options: argparse.Namespace) -> list[dict]:
    runs: dict = {side.name: [] for side in sides}
    for _ in range(options.rounds):
        for side in sides:
            runs[side.name].append(rig.load(side, connections, options.seconds))
            progress(f"{domains} domains, {connections} connections, {side.name}: {runs[side.name][-1]['rate']:.0f}/s")
    return [
        {"domains": domains, "connections": connections, "side": name, **medians(found)} for name, found in runs.items()
    ]


def medians(runs: list[dict]) -> dict:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def table(figures: dict) -> str:
    lines = ["domains    conns  side     requests/s  p50 ms  p99 ms  CPU us/hook (server + PostgreSQL)  ratio  goal"]
    by_key = {(row["domains"], row["connections"], row["side"]): row for row in figures["rows"]}
    for (domains, connections, side), row in by_key.items():
        peer = by_key.get((domains, connections, "php"))
        ratio = f"{row['rate'] / peer['rate']:5.2f}  {GOALS[connections]:4.1f}" if peer and side == "gateway" else ""
        lines.append(
            f"{domains:<10,} {connections:>5}  {side:<8} {row['rate']:>9.0f} {row['p50_ms']:>8.2f} {row['p99_ms']:>7.2f}"
            f"  {row['server_us']:>8.0f} + {row['postgres_us']:<8.0f}              {ratio}"
        )
    if "memory" in figures:
        lines += ["", "hooks posted, worker memory (MiB each):"]
        lines += [f"{point['hooks']:>10,}  {point['mib']}" for point in figures["memory"]]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
