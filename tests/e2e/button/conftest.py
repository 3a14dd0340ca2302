"""A customer's page with the button, and the WCS it reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.e2e.button.customers_page import CustomersPage, Site
from tests.e2e.button.fake_wcs import FakeWcs


@pytest.fixture(scope="module")
def server() -> Iterator[FakeWcs]:
    running = FakeWcs().start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.stop()


@pytest.fixture
def wcs(server) -> FakeWcs:
    while not server.nobody_came():
        server.visitor()
    return server


@pytest.fixture
def visit(chromium, gateway, site, wcs) -> Iterator[Callable[..., CustomersPage]]:
    """Makes a customer's page in a browser of its own; `microphone=False` blocks it."""
    contexts = []

    def make(*, microphone: bool = True, **options: Any) -> CustomersPage:
        contexts.append(
            chromium.new_context(permissions=["microphone"] if microphone else [], **options)
        )
        return CustomersPage(contexts[-1], site, f"http://127.0.0.1:{gateway.port}", wcs.url)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit) -> CustomersPage:
    opened = visit()
    opened.notes_microphones()
    opened.opens().notes_events()
    return opened


@pytest.fixture
def acme(cast, site):
    """Has the page's origin."""
    address = urlsplit(site.address)
    cast.acme.domains.create(origin=f"{address.scheme}://{address.netloc}")
    return cast.acme
