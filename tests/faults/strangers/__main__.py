"""Measures good hooks while strangers are at the door, direct and through nginx.

In each round hooks alone take turns with hooks beside each kind of strangers. Figures are medians
of the rounds. Exit status: 0 where the slowest hundredth of the hooks takes at most three times as
long as without strangers and none was refused, else 1. On a machine that others use as well, give
it more rounds.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import ssl
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.bench.hooks import KEY, SECRET
from tests.bench.rig import Rig
from tests.bench.sides import Gateway
from tests.clickhook.nginx import Nginx
from tests.faults.strangers import attacks, floods
from tests.faults.strangers.attacks import Attack, Target
from tests.wcs import Wcs

DOMAINS = 200
PACE = 0.01  # seconds from one hook to the next
BEFORE = 2.0  # seconds that strangers have before hooks are measured
MOST_OF_IDLE = 3  # times the p99 without strangers
SEVERAL = 3  # processes
IDLE = "idle"
ATTACKS: dict[str, tuple[Attack | None, int]] = {
    IDLE: (None, 0),
    "2,200 idle connections": (attacks.hold_idle, 1),
    "500 slow heads": (attacks.send_slow_heads, 1),
    "500 slow bodies": (floods.send_slow_bodies, 1),
    "100 slow readers": (floods.read_slowly, 1),
    "150 sign-ins": (attacks.sign_in, 1),
    "150 pages": (attacks.read_pages, 1),
    "150 /readyz": (attacks.ask_readyz, 1),
    "200 that never read": (attacks.never_read, 1),
    "200 held uploads": (attacks.hold_uploads, 1),
    "a flood of unsigned posts": (floods.post_unsigned, SEVERAL),
    "a flood of wrong signatures": (floods.post_wrongly_signed, SEVERAL),
    "a flood under invented keys": (floods.post_under_invented_keys, SEVERAL),
    "a flood on kept connections": (floods.ask_for_pages, 1),
    "pipelined posts": (floods.pipeline, SEVERAL),
    "connections, closed at once": (floods.connect_and_close, SEVERAL),
    "bodies of 256 KiB": (floods.post_the_largest, SEVERAL),
    "bodies of 1 MiB": (floods.post_a_megabyte, SEVERAL),
    "bodies of 1 MiB in chunks": (floods.post_a_megabyte_in_chunks, SEVERAL),
    "chunks of one byte": (floods.post_chunks_of_one_byte, SEVERAL),
    "a header of 64 KiB": (floods.send_one_giant_header, SEVERAL),
    "1,000 headers": (floods.send_1000_headers, SEVERAL),
    "90 headers of 8,000 bytes": (floods.send_100_headers, SEVERAL),
}


class Figure(NamedTuple):
    p50_ms: float
    p99_ms: float
    refused: float  # of the good hooks


class Way(NamedTuple):
    target: Target
    wcs: Callable[[], Wcs]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.strangers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6, help="of each measurement (default 6)")
    parser.add_argument("--only", default="", help="strangers whose name holds this text")
    parser.add_argument("--way", choices=("direct", "nginx"), help="default: both")
    options = parser.parse_args()

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    chosen = [name for name in ATTACKS if name == IDLE or options.only in name]
    with tempfile.TemporaryDirectory() as directory, Rig(Path(directory)) as rig:
        rig.fill(DOMAINS)
        worst = 0.0
        if options.way != "nginx":
            worst = max(worst, measure("direct", rig, chosen, options))
        if options.way != "direct":
            rig.environment["CLICKHOOK_TRUSTED_PROXIES"] = "1"
            worst = max(worst, measure("nginx", rig, chosen, options))
    return int(worst > MOST_OF_IDLE)


def measure(way: str, rig: Rig, names: list[str], options: argparse.Namespace) -> float:
    """The worst p99, in times of that without strangers."""
    with Gateway(rig, workers=2) as gateway:
        if way == "direct":
            direct = Way(Target(gateway.port), lambda: from_elsewhere(gateway.port))
            return report(way, take_turns(direct, names, options))

        (directory := rig.directory / "nginx").mkdir()
        nginx = Nginx(directory, [gateway, gateway])
        nginx.start()
        try:
            context = ssl._create_unverified_context()
            through = Way(Target(nginx.port, context), lambda: nginx.wcs(KEY, SECRET))
            return report(way, take_turns(through, names, options))
        finally:
            nginx.stop()


def from_elsewhere(port: int) -> Wcs:
    """Strangers have another address than WCS."""
    wcs = Wcs(port, KEY, SECRET)
    wcs._connection.source_address = ("127.0.0.2", 0)
    return wcs


def take_turns(way: Way, names: list[str], options: argparse.Namespace) -> dict[str, list[Figure]]:
    measured: dict[str, list[Figure]] = {name: [] for name in names}
    hooks_ms(way, 1.0, Counter())
    for _ in range(options.rounds):
        for name in names:
            attack, processes = ATTACKS[name]
            statuses: Counter[int] = Counter()
            with attacks.attacking(attack, way.target, processes) as outcome:
                time.sleep(BEFORE if attack else 0)
                times = sorted(hooks_ms(way, options.seconds, statuses))
            refused = statuses.total() - statuses[200]
            figure = Figure(times[len(times) // 2], times[len(times) * 99 // 100], refused)
            measured[name].append(figure)
            print(
                f"{name:28} p50 {figure.p50_ms:5.1f} p99 {figure.p99_ms:6.1f} ms of {len(times)}"
                f"  refused {refused}  load {os.getloadavg()[0]:.1f}  {dict(outcome)}",
                flush=True,
            )
    return measured


def hooks_ms(way: Way, seconds: float, statuses: Counter[int]) -> list[float]:
    """Every other hook comes on a new connection, as from a media server that begins to call."""
    times, ends = [], time.monotonic() + seconds
    wcs = way.wcs()
    while (began := time.monotonic()) < ends:
        tenant = len(times) % DOMAINS + 1
        wcs.session = str(uuid.uuid4())
        answer = wcs.post("connect", origin=f"https://www.tenant{tenant}.example")
        statuses[answer.status] += 1
        times.append((time.monotonic() - began) * 1000)
        if len(times) % 2:
            wcs.close()
        time.sleep(max(PACE - (time.monotonic() - began), 0))
    wcs.close()
    return times


def report(way: str, measured: dict[str, list[Figure]]) -> float:
    """Infinite where a good hook was refused in most rounds."""
    medians = {
        name: Figure(*(statistics.median(column) for column in zip(*rounds, strict=True)))
        for name, rounds in measured.items()
    }
    idle = medians[IDLE]
    for name, figure in medians.items():
        print(
            f"{way:6} {name:28} "
            f"p50 {figure.p50_ms:6.1f} ms ({figure.p50_ms / idle.p50_ms:4.1f} x idle)   "
            f"p99 {figure.p99_ms:6.1f} ms ({figure.p99_ms / idle.p99_ms:4.1f} x idle)"
            f"   refused {figure.refused:.0f}"
        )
    if any(figure.refused for figure in medians.values()):
        return math.inf
    return max(figure.p99_ms for figure in medians.values()) / idle.p99_ms


if __name__ == "__main__":
    sys.exit(main())
