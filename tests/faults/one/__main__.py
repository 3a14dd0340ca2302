"""Lets each fault of one machine happen under load, and prints what became of the hooks.

A machine is `manage.py up` with two gateway processes, the worker and PostgreSQL. Whole calls are
played at some 100 hooks a second, a tenth of them forbidden, one customer with two calls at once.
Nobody restarts anything but the database where it has a machine of its own.

Exit code 0: no rule was broken; 1: one was, see the last lines.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.faults.isolation import run_again_isolated
from tests.faults.judging import Verdict
from tests.faults.one.clock import LIBRARY, Clock
from tests.faults.one.fault import Fault
from tests.faults.one.faults import FAULTS
from tests.faults.one.machine import Kind, Machine
from tests.faults.one.report import table
from tests.faults.one.run import Run
from tests.faults.report import tell, tell_what_is_broken

NAMES = [fault.name for fault in FAULTS]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults.one",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fault", action="append", choices=NAMES, help="only this; repeatable")
    parser.add_argument("--selection", action="store_true", help="only what CI runs, and shorter")
    parser.add_argument("--keep", type=Path, help="an empty folder for logs")
    parser.add_argument("--json", action="store_true", help="the verdicts as JSON")
    asked = parser.parse_args()

    run_again_isolated("tests.faults.one")  # for the disk of the spool
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with tempfile.TemporaryDirectory(prefix="clickhook-faults-") as temporary:
        Path(temporary).chmod(0o755)
        verdicts = list(play(asked.keep or Path(temporary), asked))
    print(json.dumps([v.as_json() for v in verdicts]) if asked.json else table(verdicts))
    return tell_what_is_broken(verdicts)


def play(directory: Path, asked: argparse.Namespace) -> Iterator[Verdict]:
    for kind in Kind:
        faults = [fault for fault in FAULTS if fault.on is kind and is_wanted(fault, asked)]
        has_clock = kind in {Kind.CLOCK, Kind.DATABASE_CLOCK}
        if has_clock and faults and not Clock.is_there():
            tell(f"LEFT OUT  the clock: there is no {LIBRARY} (Debian: libfaketime)")
            continue
        if faults:
            tell(f"starting {kind}")
            with Machine(kind, directory / kind.name.lower()) as machine:
                yield from Run(machine, tell, asked.selection).verdicts(faults)


def is_wanted(fault: Fault, asked: argparse.Namespace) -> bool:
    if asked.fault:
        return fault.name in asked.fault
    return fault.in_selection or not asked.selection


if __name__ == "__main__":
    sys.exit(main())
