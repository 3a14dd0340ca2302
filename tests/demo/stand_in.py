"""The stand-in for WCS in a process of its own, as a test starts it."""

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

from tests.demo.hook_backend import SECRET

ROOT = Path(__file__).resolve().parent.parent.parent


class StandIn:
    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-W", "error", "-m", "clickhook.demo.wcs", *arguments]
        environment = {**os.environ, "WCS_SIGNING_SECRET": SECRET}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.log = ""
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)
        assert self._process.stdout
        listening = json.loads(self._process.stdout.readline() or self._failed())
        self.url, self.rest = listening["websocket"], listening["rest"]
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def said(self, what: str, **facts: Any) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self.log.splitlines()]
        return [line for line in lines if line["what"] == what and facts.items() <= line.items()]

    def expect(self, what: str, **facts: Any) -> dict[str, Any]:
        deadline = time.monotonic() + 10
        while not (found := self.said(what, **facts)):
            assert time.monotonic() < deadline, f"no {what} {facts} in {self.log}"
            time.sleep(0.01)
        return found[0]

    def stop(self) -> str:
        """What it said on standard error; it ends well."""
        self._process.send_signal(signal.SIGTERM)
        self._reader.join(20)
        assert self._process.stderr
        errors = self._process.stderr.read()
        assert self._process.wait(timeout=20) == 0, errors
        self._process.stdout.close()
        self._process.stderr.close()
        return errors

    def _read(self) -> None:
        for line in self._process.stdout:
            self.log += line

    def _failed(self) -> str:
        raise AssertionError(self._process.stderr.read())
