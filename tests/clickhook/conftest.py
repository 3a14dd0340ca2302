"""The keys are as they were after each test; `up` ends with the test that runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clickhook.keys import FILE
from tests.clickhook.running_up import Up


@pytest.fixture
def old():
    """The id of the one key there is; the file is as it was after the test."""
    before = FILE.read_text()
    yield before.partition(":")[0]
    FILE.write_text(before)


@pytest.fixture
def up(tmp_path) -> Iterator[Up]:
    running = Up(tmp_path / "data")
    yield running
    if getattr(running, "process", None) and running.process.poll() is None:
        running.process.kill()
        running.process.wait()
        running.eventually_gone()
