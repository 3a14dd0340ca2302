"""The keys are as they were after each test."""

from __future__ import annotations

import pytest

from tests.clickhook.keys import FILE


@pytest.fixture
def old():
    """The id of the one key there is; the file is as it was after the test."""
    before = FILE.read_text()
    yield before.partition(":")[0]
    FILE.write_text(before)
