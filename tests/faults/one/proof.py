"""Every fault: `python -m pytest tests/faults/one/proof.py -n 0`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.faults.one.faults import FAULTS

NAMES = [fault.name for fault in FAULTS]


@pytest.fixture(scope="module")
def verdicts() -> dict[str, dict]:
    command = [sys.executable, "-m", "tests.faults.one", "--json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return {verdict["fault"]: verdict for verdict in json.loads(done.stdout)}


@pytest.mark.parametrize("fault", NAMES)
def test_no_hard_rule_is_broken(verdicts, fault):
    assert verdicts[fault]["hooks"] > 500
    assert verdicts[fault]["broken_rules"] == []
