"""A part of the whole call as a process of its own, which tells what it does in JSON lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 20.0  # seconds


class Part:
    def __init__(self, module: str, *arguments: str, **environment: str) -> None:
        self.lines: list[dict[str, Any]] = []
        self._more = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        self.errors = ""
        for reader in self._readers:
            reader.start()

    def wait_for(self, since: int = 0, **wanted: Any) -> dict[str, Any]:
        """The first line from number `since` on that says all of it. Fails if it does not come."""
        deadline = time.monotonic() + PATIENCE
        with self._more:
            while True:
                for line in self.lines[since:]:
                    if wanted.items() <= line.items():
                        return line
                left = deadline - time.monotonic()
                assert left > 0, f"{wanted} did not come: {self.lines[since:]} {self.errors}"
                self._more.wait(min(left, 0.5))
                assert self.process.poll() is None or wanted.items() <= (self.lines or [{}])[-1].items(), self.errors

    def said(self, **wanted: Any) -> list[dict[str, Any]]:
        with self._more:
            return [line for line in self.lines if wanted.items() <= line.items()]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self._readers:
            reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()

    def _read(self) -> None:
        assert self.process.stdout
        for text in self.process.stdout:
            with self._more:
                self.lines.append(json.loads(text))
                self._more.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr
        for text in self.process.stderr:
            self.errors += text
