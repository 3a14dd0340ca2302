"""The browser, and a gateway that has the Web SDK.

They need Chromium, npm and the extra `e2e`. Where one is missing these tests are left out, unless E2E=required says that
they must not be.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import ROOT, Gateway
from tests.environment import DATA_DIR

CHROMIUM = Path("/usr/bin/chromium")
IS_COMPLETE = CHROMIUM.exists() and shutil.which("npm") and find_spec("playwright") and find_spec("aiohttp")
if not IS_COMPLETE and os.environ.get("E2E") != "required":
    collect_ignore_glob = ["*"]

# The microphone is a tone that the browser makes itself. Whether the page may use it is each context's to say.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --use-fake-device-for-media-stream --allow-loopback-in-peer-connection"
)


@pytest.fixture(scope="module")
def gateway_with_sdk(django_db_setup) -> Iterator[Gateway]:
    static = DATA_DIR / "static-with-sdk"
    environment = {"CLICKHOOK_STATIC_DIR": str(static)}
    command = [sys.executable, "manage.py", "websdk"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    running = Gateway(environment, workers=1).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium(gateway_with_sdk) -> Iterator[object]:
    """After the gateway: Playwright leaves an event loop running in this thread, in which Django refuses its database."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield browser
        browser.close()
