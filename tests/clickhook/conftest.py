"""The keys are as they were after each test; `up` and a `door` end with the test that runs them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clickhook.keys import FILE
from tests.clickhook.running_up import Up
from tests.conftest import Gateway
from tests.once import made_once


@pytest.fixture
def old():
    """The id of the one key there is; the file is as it was after the test."""
    before = FILE.read_text()
    yield before.partition(":")[0]
    FILE.write_text(before)


@pytest.fixture
def door(django_db_setup) -> Iterator[Gateway]:
    """One process, so that its memory is that of the gateway."""
    running = Gateway(workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def up(tmp_path) -> Iterator[Up]:
    yield from _until_the_end(Up(tmp_path / "data"))


@pytest.fixture
def up_again(tmp_path, begun) -> Iterator[Up]:
    """On a data directory where it ran before: a first start takes twice as long."""
    shutil.copytree(begun, tmp_path / "data", symlinks=True)
    yield from _until_the_end(Up(tmp_path / "data"))


@pytest.fixture(scope="session")
def begun(tmp_path_factory) -> Path:
    return made_once(tmp_path_factory, "begun", _begin) / "data"


def _begin(directory: Path) -> None:
    for first in _until_the_end(Up(directory / "data")):
        first.start()
        assert first.end() == 0


def _until_the_end(running: Up) -> Iterator[Up]:
    try:
        yield running
    finally:
        if getattr(running, "process", None) and running.process.poll() is None:
            running.process.kill()
            running.process.wait()
            running.eventually_gone()
