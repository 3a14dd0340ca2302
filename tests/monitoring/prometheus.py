"""A real Prometheus with the rules of docker/monitoring, whose minutes are made seconds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import urllib.request
from pathlib import Path

import yaml

from tests.clickhook.running_up import eventually, is_listening
from tests.conftest import Gateway
from tests.monitoring.promtool import MONITORING
from tests.ports import find_port

WINDOW, BEFORE = 10, 30  # seconds


def shorten(rules: str) -> str:
    """Windows, pauses, and what "yesterday" and "a week ago" are."""
    rules = re.sub(r"\[\d+[mhdw]\]", f"[{WINDOW}s]", rules)
    rules = re.sub(r"offset \d+[mhdw]", f"offset {BEFORE}s", rules)
    return re.sub(r"for: \d+[smh]", "for: 1s", rules)


class Prometheus:
    def __init__(self, directory: Path, gateways: list[Gateway]) -> None:
        self.port, self.directory = find_port(), directory
        self.fired: dict[str, dict] = {}  # the first alert of each name
        configuration = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
        configuration["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        targets = [f"127.0.0.1:{gateway.port}" for gateway in gateways]
        configuration["scrape_configs"][0]["static_configs"] = [{"targets": targets}]
        (directory / "prometheus.yml").write_text(yaml.safe_dump(configuration))
        rules = (MONITORING / "alerts.yml").read_text()
        (directory / "alerts.yml").write_text(shorten(rules))

    def start(self) -> None:
        command = [
            shutil.which("prometheus"),
            f"--config.file={self.directory}/prometheus.yml",
            f"--storage.tsdb.path={self.directory}/data",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=error",
        ]
        self._process = subprocess.Popen(command)
        eventually(lambda: is_listening(self.port))
        self._over = threading.Event()
        self._noting = threading.Thread(target=self._note)
        self._noting.start()

    def stop(self) -> None:
        self._over.set()
        self._noting.join()
        self._process.terminate()
        self._process.wait()

    def query(self, expression: str) -> list[dict]:
        return self._ask(f"query?query={urllib.request.quote(expression)}")["result"]

    def wait_for(self, alert: str, within: float = 60) -> dict:
        eventually(lambda: alert in self.fired, within)
        return self.fired[alert]

    def _note(self) -> None:
        while not self._over.wait(0.3):
            for alert in self._ask("alerts")["alerts"]:
                if alert["state"] == "firing":
                    self.fired.setdefault(alert["labels"]["alertname"], alert)

    def _ask(self, path: str) -> dict:
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return json.load(answer)["data"]
        except OSError:  # it is still starting
            return {"alerts": [], "result": []}
