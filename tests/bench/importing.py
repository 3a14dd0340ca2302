"""Imports 100,000 callees while the gateway answers: time, memory, and what the hooks notice.

Each round: hooks alone, then the same light load during a dry run of 100,000 new callees, their
import, an import that changes every one of them, and the undo of both. Figures are medians of the
rounds. Needs nothing but this repository.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.bench.hooks import KEY, SECRET
from tests.bench.rig import Rig
from tests.bench.sides import ROOT, Gateway
from tests.bench.upload import SIGN_IN, Browser
from tests.wcs import Wcs

TENANTS = 1000
GOALS = {"seconds": 20, "mib": 300, "p99_ratio": 3}
STEPS = (
    ("dry run, all new", "import_csv", "callees", "new.csv", "--dry-run"),
    ("all new", "import_csv", "callees", "new.csv"),
    ("dry run, all changed", "import_csv", "callees", "changed.csv", "--dry-run"),
    ("all changed", "import_csv", "callees", "changed.csv"),
    ("all unchanged", "import_csv", "callees", "changed.csv"),
    ("undo of the changes", "undo_import", "@"),
    ("undo of the additions", "undo_import", "@"),
)


class Load:
    """A few visitors who connect and call, at a steady pace; latencies in seconds."""

    def __init__(self, port: int, per_second: float, visitors: int = 4) -> None:
        self.port, self.pause, self.visitors = port, visitors / per_second, visitors
        self.latencies: list[float] = []

    def __enter__(self) -> Load:
        self._ended = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(number,)) for number in range(self.visitors)
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def figures(self) -> dict[str, float]:
        ordered = sorted(self.latencies)
        return {
            "hooks": len(ordered),
            "p50_ms": statistics.median(ordered) * 1000,
            "p99_ms": ordered[int(len(ordered) * 0.99)] * 1000,
        }

    def _visit(self, number: int) -> None:
        visit = number
        while not self._ended.is_set():
            wcs = Wcs(self.port, KEY, SECRET)
            self._timed(wcs, "connect", origin=f"https://www.tenant{visit % TENANTS + 1}.example")
            self._timed(wcs, "call", callee="sales", callId=f"{number}-{visit}")
            wcs.close()
            visit += self.visitors

    def _timed(self, wcs: Wcs, method: str, **changes: str) -> None:
        begun = time.perf_counter()
        answer = wcs.post(method, **changes)
        self.latencies.append(time.perf_counter() - begun)
        if answer.status != 200:
            raise SystemExit(f"{method} was answered {answer.status}: {answer.body!r}")
        self._ended.wait(max(0.0, begun + self.pause - time.perf_counter()))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.importing",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hooks", type=float, default=50, help="a second, meanwhile (default 50)")
    parser.add_argument(
        "--idle", type=float, default=20, help="seconds of hooks alone in each round (default 20)"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="clickhook-bench-") as directory,
        Rig(Path(directory)) as rig,
    ):
        rig.fill(TENANTS)
        _write(Path(directory), options.rows)
        with Gateway(rig, 2) as gateway:
            rounds = [_round(rig, gateway, options) for _ in range(options.rounds)]
    figures = {step: _medians([found[step] for found in rounds]) for step in rounds[0]}
    sys.stdout.write((json.dumps(figures, indent=1) if options.json else table(figures)) + "\n")
    return 0


def _write(directory: Path, rows: int) -> None:
    for name, first in (("new.csv", 1_000_000), ("changed.csv", 5_000_000)):
        with (directory / name).open("w") as file:
            file.write("tenant;alias;target\n")
            for number in range(rows):
                file.write(f"t{number % TENANTS + 1};c{number // TENANTS};+4930{first + number}\n")


def _round(rig: Rig, gateway: Gateway, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    with Load(gateway.port, options.hooks):
        time.sleep(2)  # whatever is slow only once
    with Load(gateway.port, options.hooks) as load:
        time.sleep(options.idle)
    found = {"hooks alone": load.figures()}
    done: list[int] = []
    for step, *command in STEPS:
        arguments = [str(done.pop()) if part == "@" else part for part in command]
        with Load(gateway.port, options.hooks) as load:
            seconds, mib, report = _run(rig, arguments)
        if report["import"] and command[0] != "undo_import":
            done.append(report["import"])
        found[step] = {"seconds": seconds, "mib": mib, **load.figures()}
        found[step]["p99_ratio"] = found[step]["p99_ms"] / found["hooks alone"]["p99_ms"]
        sys.stderr.write(
            f"{step}: {seconds:.1f} s, {mib:.0f} MiB, p99 {found[step]['p99_ms']:.1f} ms\n"
        )
    return found | _uploaded(rig, gateway, options, found["hooks alone"]["p99_ms"])


def _uploaded(
    rig: Rig, gateway: Gateway, options: argparse.Namespace, idle: float
) -> dict[str, dict[str, float]]:
    """The same through the page: it works inside of a process that answers hooks."""
    browser, found = Browser(gateway.port, _signed_in(rig)), {}
    with Load(gateway.port, options.hooks) as load:
        seconds, address = browser.preview(rig.directory / "new.csv")
    found["page: preview"] = {
        "seconds": seconds,
        "mib": max(gateway.memory_mib()),
        **load.figures(),
    }
    with Load(gateway.port, options.hooks) as load:
        seconds = browser.confirm(address)
    found["page: confirmation"] = {
        "seconds": seconds,
        "mib": max(gateway.memory_mib()),
        **load.figures(),
    }
    _run(rig, ["undo_import", str(_last_import(rig))])
    return {
        step: {**figures, "p99_ratio": figures["p99_ms"] / idle} for step, figures in found.items()
    }


def _run(rig: Rig, arguments: list[str]) -> tuple[float, float, dict]:
    """Its wall time, its peak of resident memory in MiB, and its report."""
    report = rig.directory / "report.json"
    with report.open("w") as file:
        begun = time.perf_counter()
        command = [sys.executable, str(ROOT / "manage.py"), *arguments, "--json"]
        process = subprocess.Popen(command, cwd=rig.directory, env=rig.environment, stdout=file)
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _peak_mib(process.pid))
            time.sleep(0.02)
        seconds = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"{arguments} failed: {report.read_text()}")
    return seconds, peak, json.loads(report.read_text())


def _signed_in(rig: Rig) -> str:
    code = (
        "from django.contrib.auth.models import User; "
        f"User.objects.filter(username='bench').delete(); {SIGN_IN}"
    )
    command = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=rig.environment, check=True, capture_output=True, text=True
    )
    return done.stdout.split()[-1]


def _last_import(rig: Rig) -> int:
    with rig.connect() as connection:
        return connection.execute("SELECT max(id) FROM tenants_importrun").fetchone()[0]


def _peak_mib(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}


def table(figures: dict[str, dict[str, float]]) -> str:
    lines = [
        f"{'':<24}{'seconds':>9}{'peak MiB':>10}{'hooks':>8}{'p50 ms':>9}{'p99 ms':>9}"
        f"{'times idle':>12}"
    ]
    for step, found in figures.items():
        own = f"{found['seconds']:>9.1f}{found['mib']:>10.0f}" if "seconds" in found else " " * 19
        ratio = f"{found['p99_ratio']:>12.1f}" if "p99_ratio" in found else ""
        lines.append(
            f"{step:<24}{own}{found['hooks']:>8.0f}{found['p50_ms']:>9.1f}{found['p99_ms']:>9.1f}{ratio}"
        )
    goals = f"{GOALS['seconds']:>9}{GOALS['mib']:>10}{'':>26}{GOALS['p99_ratio']:>12}"
    return "\n".join([*lines, f"{'at most':<24}{goals}"])


if __name__ == "__main__":
    sys.exit(main())
