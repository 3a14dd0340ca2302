"""What the end-to-end tests share. With --real: Chromium and Kamailio too, and a missing one is a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import Gateway
from tests.e2e.callers import Caller, Client
from tests.e2e.pages import Pages
from tests.e2e.sip_servers import DemoServer, Kamailio
from tests.e2e.stage import ACCOUNTS, Building, Stage


def pytest_ignore_collect(collection_path: Any, config: pytest.Config) -> bool | None:
    needs_browser = "browser" in collection_path.name
    return True if needs_browser and not config.getoption("real") else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "dials" in metafunc.fixturenames:
        kinds = ["client", "button"] if metafunc.config.getoption("real") else ["client"]
        metafunc.parametrize("dials", kinds, indirect=True)


@pytest.fixture(scope="session")
def pages(gateway: Gateway) -> Iterator[Pages]:
    running = Pages(f"http://127.0.0.1:{gateway.port}")
    yield running
    running.close()


@pytest.fixture(scope="session")
def building(gateway: Gateway, pages: Pages, request: pytest.FixtureRequest) -> Iterator[Building]:
    sip = Kamailio(ACCOUNTS) if request.config.getoption("real") else DemoServer(ACCOUNTS)
    built = Building(gateway.port, sip)
    yield built
    built.close()


@pytest.fixture
def stage(building: Building, pages: Pages, cast) -> Iterator[Stage]:
    set_up = Stage(building, cast)
    set_up.let_in(cast.acme, pages.origin("www.acme.example"))
    set_up.let_in(cast.globex, pages.origin("www.globex.example"))
    yield set_up
    set_up.close()


@pytest.fixture
def client(stage: Stage, pages: Pages) -> Callable[..., Client]:
    """Somebody at a console: `client("sales")`, `client("sales", host="www.evil.example", wcs="globex-1")`."""

    def come(callee: str | None = None, host: str = "www.acme.example", wcs: str = "acme-1") -> Client:
        coming = Client(stage.wcs(wcs), pages.origin(host), callee)
        stage.callers.append(coming)
        return coming

    return come


@pytest.fixture
def dials(request: pytest.FixtureRequest, stage: Stage, pages: Pages) -> Callable[..., Caller]:
    """A visitor who has pressed the button: `dials("sales")`. In --real runs, each test has one with a browser, too."""

    def press(callee: str | None = None, host: str = "www.acme.example", wcs: str = "acme-1") -> Caller:
        if request.param == "client":
            coming: Caller = Client(stage.wcs(wcs), pages.origin(host), callee)
        else:
            visit = request.getfixturevalue("visit")
            coming = visit(pages.with_button(pages.origin(host), stage.wcs(wcs).url, callee))
        stage.callers.append(coming)
        coming.dial()
        return coming

    return press
