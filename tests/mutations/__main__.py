"""Switches each rule off and runs the test that must notice: `python -m tests.mutations --help`."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutations.mutant import Mutant
from tests.mutations.table import MUTANTS

ROOT = Path(__file__).resolve().parent.parent.parent
_DESCRIPTION = """Switches each rule of loss prevention off, one at a time, and runs the test that
must turn red. It works in a copy: the project itself stays as it is.

    python -m tests.mutations                    # all of them, some minutes
    python -m tests.mutations ticket_ keypad     # those whose names begin like that
    python -m tests.mutations --list

Exit code 0: every change was noticed; 1: one was not; 2: wrong arguments, or a test fails already
while nothing is changed."""
TEST_WITHIN = 300  # seconds
TESTS_FAILED = 1  # pytest's exit code; others mean that it could not try


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutations",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rules", nargs="*", metavar="RULE", help="how their names begin")
    parser.add_argument("--list", action="store_true", help="show the rules and try nothing")
    options = parser.parse_args()
    beginnings = tuple(options.rules) or ("",)
    chosen = [mutant for mutant in MUTANTS if mutant.rule.startswith(beginnings)]
    if not chosen:
        parser.error("There is no such rule; --list shows them.")
    if options.list:
        print(*(f"{mutant.rule:42} {mutant.file}" for mutant in chosen), sep="\n")
        return 0

    with tempfile.TemporaryDirectory(prefix="clickhook-mutations-") as folder:
        copy_project(Path(folder))
        return try_all(Path(folder), chosen)


def copy_project(folder: Path) -> None:
    """What git knows, and what is new and not ignored."""
    command = ["git", "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def try_all(folder: Path, mutants: list[Mutant]) -> int:
    tests = sorted({mutant.test for mutant in mutants})
    print(f"{len(tests)} tests while nothing is changed …", flush=True)
    if run_tests(folder, tests) != 0:
        print("They do not pass, so they can notice nothing.")
        return 2

    survived = 0
    for mutant in mutants:
        began_at = time.monotonic()
        was_noticed = is_noticed(folder, mutant)
        survived += not was_noticed
        result, seconds = "noticed" if was_noticed else "SURVIVED", time.monotonic() - began_at
        name = mutant.test.rpartition("::")[2]
        print(f"{result:9}{seconds:4.0f} s  {mutant.rule:42} {name}", flush=True)
    print(f"{len(mutants) - survived} of {len(mutants)} changes were noticed.")
    return 1 if survived else 0


def is_noticed(folder: Path, mutant: Mutant) -> bool:
    path = folder / mutant.file
    text = path.read_text()
    changed = text.replace(mutant.line, mutant.instead)
    compile(changed, mutant.file, "exec")  # a file that is not Python would turn everything red
    path.write_text(changed)
    try:
        return run_tests(folder, [mutant.test]) == TESTS_FAILED
    finally:
        path.write_text(text)


def run_tests(folder: Path, tests: list[str]) -> int:
    """pytest's exit code; a test that does not come to an end has failed."""
    options = ["-q", "-x", "-n", "0", "-m", "", "--tb=no"]  # a proof may be what notices it
    command = [sys.executable, "-m", "pytest", *options, *tests]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        return process.wait(TEST_WITHIN * (1 + len(tests) // 10))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # so that it ends its database
        process.wait()
        return TESTS_FAILED


if __name__ == "__main__":
    sys.exit(main())
