"""Rules, their tests, the dashboard and the README name metrics that exist, and all parse."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from tests.conftest import ROOT
from tests.monitoring.promtool import (
    MONITORING,
    dashboard_expressions,
    metrics,
    named_in,
    needs_prometheus,
    promtool,
    rules,
)


@pytest.mark.proof
@needs_prometheus
@pytest.mark.parametrize(
    "arguments",
    [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")],
    ids=" ".join,
)
def test_prometheus_takes_the_files(arguments):
    assert promtool(*arguments) == ""


@needs_prometheus
def test_every_expression_of_the_dashboard_parses(tmp_path):
    expressions = list(dashboard_expressions())
    assert len(expressions) > 20
    recorded = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(expressions)]
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    assert promtool("check", "rules", file) == ""

    recorded[0]["expr"] += ")"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    assert "parse error" in promtool("check", "rules", file)


def test_they_name_metrics_that_exist():
    expressions = [rule["expr"] for rule in rules()] + list(dashboard_expressions())
    named = set().union(*map(named_in, expressions))
    assert named - metrics() == set()
    # And nothing is counted that nobody is shown.
    assert metrics() - named == set()


def test_every_alert_says_what_is_wrong_and_what_to_do():
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert {"summary", "description"} == set(rule["annotations"])


def test_every_alert_is_tested():
    tests = (MONITORING / "alerts_test.yml").read_text()
    for rule in rules():
        quiet = f"alertname: {rule['alert']}, exp_alerts: []"
        assert quiet in tests
        assert f'{{alertname="{rule["alert"]}"' in tests


def test_panels_stand_beside_one_another():
    places = [
        panel["gridPos"]
        for panel in json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    ]
    covered = [
        (place["x"] + dx, place["y"] + dy)
        for place in places
        for dx in range(place["w"])
        for dy in range(place["h"])
    ]
    assert len(covered) == len(set(covered))
    assert max(x for x, _ in covered) < 24


def test_the_readme_lists_every_metric():
    readme = (ROOT / "docker" / "README.md").read_text()
    documented = re.findall(r"^\| `(clickhook_\w+)", readme, re.MULTILINE)
    assert sorted(documented) == sorted(metrics())
