"""Management commands as an operator runs them, each in a process of its own.

A Python that imports Django anew takes a second, a fork of one that has it takes a tenth. So the
processes come from a fork server, except where a command gets an environment of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 120  # seconds

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(["tests.preloaded"])

Done = subprocess.CompletedProcess[str]


def run_command(*arguments: str, **environment: str) -> Done:
    if environment:
        return _run_with(environment, arguments)

    with tempfile.TemporaryDirectory() as directory:
        output, errors = Path(directory, "output"), Path(directory, "errors")
        process = _server.Process(target=_work, args=(arguments, output, errors))
        process.start()
        process.join(TIMEOUT)
        code = process.exitcode
        process.kill()
        process.join()
        process.close()
        assert code is not None, f"{arguments} took more than {TIMEOUT} seconds"
        return subprocess.CompletedProcess(arguments, code, output.read_text(), errors.read_text())


def _run_with(environment: dict[str, str], arguments: tuple[str, ...]) -> Done:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def _work(arguments: tuple[str, ...], output: Path, errors: Path) -> None:
    """In the fork."""
    for number, path in ((1, output), (2, errors)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)

    os.chdir(ROOT)
    sys.argv = ["manage.py", *arguments]
    from manage import main

    main()
