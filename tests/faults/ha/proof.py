"""Every fault, in a quarter of an hour: `python -m pytest tests/faults/ha/proof.py -n 0`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.ha.faults import NAMES

WAYS = ("hosts", "haproxy")


@pytest.fixture(scope="module")
def verdicts() -> dict[tuple[str, str], dict]:
    command = [sys.executable, "-m", "tests.faults.ha", "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return {(verdict["way"], verdict["fault"]): verdict for verdict in json.loads(done.stdout)}


@pytest.mark.parametrize("fault", NAMES)
@pytest.mark.parametrize("way", WAYS)
def test_no_hard_rule_is_broken(verdicts, way, fault):
    assert verdicts[way, fault]["hooks"] > 1000
    assert verdicts[way, fault]["broken_rules"] == []
