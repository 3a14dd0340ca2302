"""A part of the whole call as a process of its own, which prints what it does as JSON lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Self

from clickhook.processes import end_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent
LINE_WITHIN_SECONDS = 20.0  # a line that comes later is a failure
_ENDS_WITHIN_SECONDS = 5.0


class PartError(Exception):
    """It ended by itself, or does not do what it should; the message has its errors."""


class Part:
    def __init__(
        self, module: str, *arguments: str, standard_input: str = "", **environment: str
    ) -> None:
        self.module = module
        self.lines: list[dict[str, Any]] = []
        self._news = threading.Condition()
        self._errors: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=end_with_parent,
            start_new_session=True,  # a Ctrl-C at the terminal is for us, who end it in order
        )
        self._readers = [
            threading.Thread(target=read, daemon=True) for read in (self._read, self._read_errors)
        ]
        for reader in self._readers:
            reader.start()
        self._write_input(standard_input)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def errors(self) -> str:
        return "".join(self._errors)

    def wait_for(self, since: int = 0, **wanted: Any) -> dict[str, Any]:
        """The first line from number `since` on with all these fields. Raises PartError."""
        deadline = time.monotonic() + LINE_WITHIN_SECONDS
        with self._news:
            while not (lines := self.find_lines(since, **wanted)):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise PartError(
                        f"{self.module}: {wanted} did not come. {self.lines[since:]} {self.errors}"
                    )
                self._news.wait(0.1)
        return lines[0]

    def find_lines(self, since: int = 0, **wanted: Any) -> list[dict[str, Any]]:
        return [line for line in self.lines[since:] if wanted.items() <= line.items()]

    def check(self) -> None:
        """Raises PartError if it has ended."""
        if self.process.poll() is not None:
            raise PartError(f"{self.module} ended by itself. {self.errors}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(_ENDS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _write_input(self, text: str) -> None:
        if self.process.stdin:
            self.process.stdin.write(text)
            self.process.stdin.close()

    def _read(self) -> None:
        for text in self.process.stdout or ():
            with self._news:
                self.lines.append(json.loads(text))
                self._news.notify_all()

    def _read_errors(self) -> None:
        self._errors.extend(self.process.stderr or ())
