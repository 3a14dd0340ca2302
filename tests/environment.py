"""A pytest plugin, loaded before Django's settings: each test process has its own PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

for name in [name for name in os.environ if name.startswith("CLICKHOOK_")] + [
    "DATABASE_URL",
    "WEB_CONCURRENCY",
]:
    os.environ.pop(name, None)
# Where Python is told to keep no compiled modules, as in many containers, each of the hundreds of
# processes that tests start would compile the project anew, which takes as long as the rest.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Python would look for garbage among the thousands of collected tests again and again, which takes
# a fifth of the time.
gc.set_threshold(100_000)
DATA_DIR = Path(tempfile.mkdtemp(prefix="clickhook-test-"))
os.environ["CLICKHOOK_DATA_DIR"] = str(DATA_DIR)

from clickhook import datadir  # noqa: E402 - the environment comes first
from clickhook.postgres import Server  # noqa: E402
from tests import migrated  # noqa: E402

datadir.prepare(DATA_DIR)
(DATA_DIR / "static").mkdir()
SERVER = Server(DATA_DIR, "fsync=off")


def _runs_tests(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None)


def pytest_configure(config: pytest.Config) -> None:
    config.add_cleanup(lambda: shutil.rmtree(DATA_DIR, ignore_errors=True))  # after the other
    config.add_cleanup(SERVER.stop if _runs_tests(config) else migrated.begin(DATA_DIR).wait)


def pytest_collection_finish(session: pytest.Session) -> None:
    gc.freeze()
    if _runs_tests(session.config):
        migrated.copy_to(SERVER)
        SERVER.acquire(wait_seconds=0)
        SERVER.start()
