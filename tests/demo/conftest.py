"""A stand-in for WCS between a hook backend and a SIP server of the test's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.demo.hook_backend import OBEYED, Backend
from tests.demo.sip_peer import SipPeer
from tests.demo.stand_in import StandIn
from tests.e2e.visitor import Visitor


@pytest.fixture(scope="session")
def _backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.close()


@pytest.fixture(scope="session")
def _wcs(_backend) -> Iterator[StandIn]:
    stand_in = StandIn("--hooks", _backend.url, "--timeout", "0.5")
    yield stand_in
    stand_in.stop()


@pytest.fixture
def backend(_backend, sip) -> Backend:
    """Gives out the account of the SIP server, and allows a call to whomever the test says."""
    _backend.reset()
    _backend.accept(sip.account, call=OBEYED)
    return _backend


@pytest.fixture
def wcs(_wcs, backend) -> Iterator[StandIn]:
    yield _wcs
    wait_until_quiet(_wcs)


@pytest.fixture
def sip() -> Iterator[SipPeer]:
    peer = SipPeer()
    yield peer
    peer.close()


@pytest.fixture
def visit(wcs) -> Iterator[Callable[..., Visitor]]:
    """Opens a page; all are closed in the end."""
    visitors: list[Visitor] = []

    def visit(stand_in: StandIn = wcs, **options: Any) -> Visitor:
        visitors.append(Visitor(stand_in.url, **options))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def start(backend) -> Iterator[Callable[..., StandIn]]:
    """Another stand-in, with options of its own."""
    started: list[StandIn] = []

    def start(*options: str) -> StandIn:
        started.append(StandIn("--hooks", backend.url, *options))
        return started[-1]

    yield start
    for stand_in in started:
        stand_in.stop()


def wait_until_quiet(stand_in: StandIn) -> None:
    deadline = time.monotonic() + 10
    while len(stand_in.find_lines(what="opened")) != len(stand_in.find_lines(what="ended")):
        assert time.monotonic() < deadline, "a session does not end"
        time.sleep(0.01)
