"""Whole calls: a connect, a call, six events and a disconnect, with every kind of limit armed."""

from __future__ import annotations

import argparse
import math
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.bench import hooks
from tests.bench.nodes import TwoNodes, cpu_of, working
from tests.bench.rig import Rig
from tests.bench.sides import Gateway, Peer, Side
from tests.bench.states import arm_every_limit

HOOKS_OF_A_CALL = 9
CONNECTIONS = 64
MOST_A_SECOND = 9000  # hooks, so that no file is posted twice
FORGET = "TRUNCATE hooks_session, hooks_call, hooks_eventlog, hooks_meter CASCADE"
TENANTS = {"many tenants": 1000, "one busy tenant": 1}


class Figure(NamedTuple):
    hooks: float  # a second
    p50_ms: float
    p99_ms: float
    # Of the processors for each hook, in microseconds; the server's is nginx's too, where there is
    # one.
    server_us: float
    worker_us: float
    postgres_us: float

    @property
    def calls(self) -> float:
        return self.hooks / HOOKS_OF_A_CALL

    @property
    def calls_per_core(self) -> float:
        """A second, if one processor did nothing else."""
        whole_us = self.server_us + self.worker_us + self.postgres_us
        return 1e6 / whole_us / HOOKS_OF_A_CALL


def measure(rig: Rig, options: argparse.Namespace) -> dict[str, dict[str, Figure]]:
    """By load and by side; medians of the rounds, in which the sides take turns."""
    rig.fill(max(TENANTS.values()))
    with rig.connect() as connection:
        arm_every_limit(connection)
    sides = [
        Gateway(rig, options.workers),
        TwoNodes(rig, max(options.workers // 2, 1)),
        Peer(rig, options.children),
    ]
    found: dict[str, dict[str, list[Figure]]] = {
        load: {side.name: [] for side in sides} for load in TENANTS
    }
    with working(rig) as worker:
        for number in range(options.rounds):
            for load, tenants in TENANTS.items():
                for side in sides:
                    figure = play(rig, side, worker, tenants, options.seconds)
                    found[load][side.name].append(figure)
                    sys.stderr.write(
                        f"{load}, round {number + 1}: {side.name} {figure.hooks:.0f} hooks/s\n"
                    )
    return {
        load: {side: median(figures) for side, figures in sides.items()}
        for load, sides in found.items()
    }


def play(rig: Rig, side: Side, worker: subprocess.Popen, tenants: int, seconds: float) -> Figure:
    folder = write_calls(rig, tenants, seconds)
    with rig.connect() as connection:
        connection.execute(FORGET)
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
    with side:
        rig.warm(side)
        before = side.cpu_seconds(), cpu_of(worker), rig.postgres_cpu()
        report = rig.post(side, CONNECTIONS, seconds, folder)
        after = side.cpu_seconds(), cpu_of(worker), rig.postgres_cpu()
    shutil.rmtree(folder)

    # wrk takes the first hook of all to look at it, and does not post it: a call lacks its connect.
    if report["refused"] > HOOKS_OF_A_CALL:
        raise SystemExit(f"{side.name}: {report['refused']} hooks were refused")
    done = report["requests"]
    used = [(late - early) / done * 1e6 for early, late in zip(before, after, strict=True)]
    return Figure(done / report["seconds"], report["p50_ms"], report["p99_ms"], *used)


def write_calls(rig: Rig, tenants: int, seconds: float) -> Path:
    """A file for each connection, which plays one call after the other."""
    folder = rig.directory / "calls"
    folder.mkdir()
    calls = math.ceil(seconds * MOST_A_SECOND / HOOKS_OF_A_CALL / CONNECTIONS)
    for number in range(CONNECTIONS):
        first = number * calls
        spread = [call * 7919 % tenants + 1 for call in range(first, first + calls)]
        hooks.write(folder, hooks.whole_calls(spread, at_once=1), str(number))
    return folder


def median(figures: list[Figure]) -> Figure:
    return Figure(*(statistics.median(of_kind) for of_kind in zip(*figures, strict=True)))
