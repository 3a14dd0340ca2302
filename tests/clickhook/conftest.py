"""The keys are as they were after each test; `up` and a `door` end with the test that runs them."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clickhook.keys import FILE
from tests.clickhook.running_up import Up
from tests.conftest import Gateway


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
    """One for all processes of this run."""
    directory: Path = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        directory = directory.parent
    with (directory / "begun.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (directory / "begun").exists():
            (directory / "beginning").mkdir()
            for first in _until_the_end(Up(directory / "beginning" / "data")):
                first.start()
                assert first.end() == 0
            (directory / "beginning").rename(directory / "begun")
    return directory / "begun" / "data"


def _until_the_end(running: Up) -> Iterator[Up]:
    try:
        yield running
    finally:
        if getattr(running, "process", None) and running.process.poll() is None:
            running.process.kill()
            running.process.wait()
            running.eventually_gone()
