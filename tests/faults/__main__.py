"""Lets the faults of one machine and of a Patroni cluster happen, each under load, with a verdict.

--selection is what CI runs: some faults of each kind, the machine and the cluster side by side.

Exit code 0: no rule was broken; 1: one was, see the lines that begin with BROKEN.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

ONE = ("tests.faults.one",)
CLUSTER = ("tests.faults.ha",)
ONE_SELECTION = (*ONE, "--selection")
CLUSTER_SELECTION = (
    *(*CLUSTER, "--way", "hosts"),
    *("--fault", "postgres killed"),
    *("--fault", "primary cut off from all"),
    *("--fault", "standby cut off"),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--selection", action="store_true", help="only what CI runs")
    asked = parser.parse_args()

    began = time.monotonic()
    if asked.selection:
        running = [start(program) for program in (ONE_SELECTION, CLUSTER_SELECTION)]
        codes = [one.wait() for one in running]
    else:
        codes = [start(program).wait() for program in (ONE, CLUSTER)]
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    return int(any(codes))


def start(program: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", *program])


if __name__ == "__main__":
    sys.exit(main())
