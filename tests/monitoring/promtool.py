"""promtool, which comes with Prometheus, and the files of docker/monitoring."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import clickhook.api.counting
import hooks.metrics
from clickhook.metrics.standing import HELP
from tests.conftest import ROOT

MONITORING = ROOT / "docker" / "monitoring"
PROMTOOL = shutil.which("promtool")
needs_prometheus = pytest.mark.skipif(not PROMTOOL, reason="needs prometheus")
# What a histogram is read by.
SUFFIXES = re.compile("_(bucket|sum|count)$")


def promtool(*arguments: str | Path) -> str:
    """Empty where it is content."""
    done = subprocess.run(
        [PROMTOOL, *arguments], cwd=MONITORING, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    return group["rules"]


def dashboard_expressions() -> Iterator[str]:
    """As Grafana sends them, with its variables filled in."""
    board = json.loads((MONITORING / "dashboard.json").read_text())
    for part in (*board["panels"], {"targets": board["annotations"]["list"]}):
        for target in part["targets"]:
            filled = target["expr"].replace("$__rate_interval", "5m").replace("$gateway", ".*")
            assert "$" not in filled
            yield filled


@cache
def metrics() -> set[str]:
    """Every name that /metrics may hold, as it stands there, and histograms by their own name."""
    counted = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in REGISTRY.collect()
        if metric.name.startswith("clickhook_")
    }
    assert hooks.metrics.HOOKS
    assert clickhook.api.counting.REQUESTS
    return counted | {f"clickhook_{name}" for name in HELP}


def named_in(expression: str) -> set[str]:
    names = re.findall(r"\bclickhook_\w+", expression)
    return {name if name in metrics() else SUFFIXES.sub("", name) for name in names}
