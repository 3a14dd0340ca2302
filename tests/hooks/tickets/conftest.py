"""A gateway behind a proxy, so that each page comes from an address of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import Gateway
from tests.hooks.tickets.asking import PROXIED, Page, addresses


@pytest.fixture(scope="session")
def behind_proxy(django_db_setup) -> Iterator[Gateway]:
    running = Gateway(PROXIED, workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def page(acme, cast) -> Page:
    return Page(acme, cast.acme.public_key, next(addresses))
