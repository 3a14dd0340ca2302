"""The fixtures of the end-to-end tests. --real needs Chromium and Kamailio and fails without."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Gateway
from tests.e2e.callers import Caller, Client
from tests.e2e.pages import Pages
from tests.e2e.phones import KINDS
from tests.e2e.sip_servers import DemoServer, Kamailio
from tests.e2e.stage import ACCOUNTS, Building, Stage
from tests.e2e.ticket_desk import TicketDesk
from tests.environment import DATA_DIR
from tests.once import made_once

CHROMIUM = "/usr/bin/chromium"
# Whether a page may use the microphone is each context's to say.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update "
    "--disable-sync --use-fake-device-for-media-stream --allow-loopback-in-peer-connection"
)


def pytest_ignore_collect(collection_path: Any, config: pytest.Config) -> bool | None:
    needs_browser = "browser" in collection_path.name or collection_path.name == "button"
    is_left_out = collection_path.name == "test_browser_pictures.py" and not config.getoption(
        "pictures"
    )
    return True if (needs_browser and not config.getoption("real")) or is_left_out else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    real = metafunc.config.getoption("real")
    if "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", ["client", "button"] if real else ["client"])
    if "tired" in metafunc.fixturenames:  # the demo's SIP server waits for ever
        metafunc.parametrize("tired", ["the phone", "the SIP server"] if real else ["the phone"])


@pytest.fixture(scope="session")
def static_files(request: pytest.FixtureRequest) -> Path:
    """With the real Web SDK, which is a download."""
    if not request.config.getoption("real"):
        return DATA_DIR / "static"
    return made_once(request.getfixturevalue("tmp_path_factory"), "static", _collect)


def _collect(directory: Path) -> None:
    for command in (["collectstatic", "--no-input"], ["websdk"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, "CLICKHOOK_STATIC_DIR": str(directory)},
            check=True,
            capture_output=True,
        )


@pytest.fixture(scope="session")
def gateway(django_db_setup, static_files: Path) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_STATIC_DIR": str(static_files)}).start()
    yield running
    running.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Playwright leaves an event loop in this thread, in which Django refuses its database."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.browser import voice

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    voice(DATA_DIR / "voice.wav")
    flags = [*FLAGS.split(), f"--use-file-for-fake-audio-capture={DATA_DIR / 'voice.wav'}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(gateway: Gateway, django_db_blocker: Any, chromium: Any) -> Iterator[Any]:
    """An administrator's browser, the pages there are, and an auditor's browser."""
    from tests.e2e.every_page import visiting

    yield from visiting(gateway, django_db_blocker, chromium)


@pytest.fixture(scope="session")
def pages(gateway: Gateway) -> Iterator[Pages]:
    running = Pages(f"http://127.0.0.1:{gateway.port}")
    yield running
    running.close()


@pytest.fixture(scope="session")
def building(gateway: Gateway, pages: Pages, request: pytest.FixtureRequest) -> Iterator[Building]:
    sip = (
        Kamailio(ACCOUNTS, KINDS["unheard"].user)
        if request.config.getoption("real")
        else DemoServer(ACCOUNTS)
    )
    built = Building(gateway.port, sip)
    yield built
    built.close()


@pytest.fixture
def stage(building: Building, pages: Pages, cast) -> Iterator[Stage]:
    set_up = Stage(building, cast)
    set_up.let_in(cast.acme, pages.origin("www.acme.localhost"))
    set_up.let_in(cast.globex, pages.origin("www.globex.localhost"))
    yield set_up
    set_up.close()


@pytest.fixture
def client(stage: Stage, pages: Pages) -> Callable[..., Client]:
    """Somebody at a console: `client("sales", host="www.evil.localhost", wcs="globex-1")`."""

    def come(
        callee: str | None = None, host: str = "www.acme.localhost", wcs: str = "acme-1"
    ) -> Client:
        coming = Client(stage.wcs(wcs), pages.origin(host), callee)
        stage.callers.append(coming)
        return coming

    return come


@pytest.fixture
def dials(
    kind: str, request: pytest.FixtureRequest, stage: Stage, pages: Pages
) -> Callable[..., Caller]:
    """A visitor who has pressed the button: `dials("sales")`. With --real, in a browser too."""

    def press(
        callee: str | None = None,
        host: str = "www.acme.localhost",
        wcs: str = "acme-1",
        more: str = "",
        tickets: str = "",
    ) -> Caller:
        """`tickets` is the key of the tenant whose tickets the page asks for."""
        origin = pages.origin(host)
        if kind == "client":
            coming: Caller = Client(stage.wcs(wcs), origin, callee)
            if tickets:
                desk = TicketDesk(stage.building.gateway_port, tickets, origin)
                coming.take_ticket = lambda: desk.take(callee)
        else:
            from tests.e2e.browser import Button

            more += f' data-tickets="{tickets}"' if tickets else ""
            url = pages.with_button(origin, stage.wcs(wcs).url, callee, more=more)
            coming = Button(request.getfixturevalue("chromium"), url)
        stage.callers.append(coming)
        coming.dial()
        return coming

    return press
