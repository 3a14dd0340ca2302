"""Measures hooks while strangers are at the door.

`python -m tests.faults.strangers [ROUNDS [SECONDS]]`
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

from tests.bench.hooks import KEY, SECRET
from tests.bench.rig import Rig
from tests.bench.sides import Gateway
from tests.faults.strangers import attacks
from tests.wcs import Wcs

DOMAINS = 200
PACE = 0.01  # seconds from one hook to the next
BEFORE = 2.0  # seconds that strangers have before hooks are measured
MOST_OF_IDLE = 3  # times the p99 without strangers
ATTACKS = {
    "idle": None,
    "2,200 idle connections": attacks.hold_idle,
    "500 slow heads": attacks.send_slow_heads,
    "150 sign-ins": attacks.sign_in,
    "150 pages": attacks.read_pages,
    "150 /readyz": attacks.ask_readyz,
    "200 held uploads": attacks.hold_uploads,
}


def main(rounds: int = 3, seconds: float = 6.0) -> int:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ATTACKS}
    with tempfile.TemporaryDirectory() as directory, Rig(Path(directory)) as rig:
        rig.fill(DOMAINS)
        with Gateway(rig, workers=2) as gateway:
            hooks_ms(gateway.port, 1.0)
            for _ in range(rounds):
                for name, attack in ATTACKS.items():
                    with attacks.attacking(attack, gateway.port) as outcome:
                        time.sleep(BEFORE)
                        times = sorted(hooks_ms(gateway.port, seconds))
                    measured[name].append((times[len(times) // 2], times[len(times) * 99 // 100]))
                    print(f"{name:24} {measured[name][-1]} {dict(outcome)}", flush=True)
    return report(measured)


def hooks_ms(port: int, seconds: float) -> list[float]:
    """Every other hook comes on a new connection, as from a media server that begins to call."""
    times, ends = [], time.monotonic() + seconds
    wcs = Wcs(port, KEY, SECRET)
    while (began := time.monotonic()) < ends:
        tenant = len(times) % DOMAINS + 1
        wcs.session = str(uuid.uuid4())
        answer = wcs.post("connect", origin=f"https://www.tenant{tenant}.example")
        assert answer.status == 200, answer
        times.append((time.monotonic() - began) * 1000)
        if len(times) % 2:
            wcs.close()
        time.sleep(max(PACE - (time.monotonic() - began), 0))
    wcs.close()
    return times


def report(measured: dict[str, list[tuple[float, float]]]) -> int:
    medians = {
        name: tuple(statistics.median(column) for column in zip(*rounds, strict=True))
        for name, rounds in measured.items()
    }
    p50_idle, p99_idle = medians["idle"]
    for name, (p50, p99) in medians.items():
        print(
            f"{name:24} p50 {p50:6.1f} ms ({p50 / p50_idle:4.1f} x idle)   "
            f"p99 {p99:6.1f} ms ({p99 / p99_idle:4.1f} x idle)"
        )
    return int(any(p99 > MOST_OF_IDLE * p99_idle for _, p99 in medians.values()))


if __name__ == "__main__":
    sys.exit(main(*(int(number) for number in sys.argv[1:])))
