"""Whoever asks for pages without a pause is answered at a steady pace; hooks and others are not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import pytest

from clickhook.door import visits
from clickhook.door.visits import A_SECOND, AT_ONCE, LONGEST_OF_HEALTH, Visits
from hooks.steady_pace import LONGEST

MORE = 100  # requests, which take 2 seconds behind those that are answered at once
ASKED = {
    "health": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "tickets": b"GET /tickets/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a hook that is none": b"GET /hooks/x/connect HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def scope(peer: str, path: str = "/admin/") -> dict:
    return {"path": path, "client": (peer, 50_000), "headers": []}


@pytest.fixture
def waits(monkeypatch) -> list[float]:
    """Seconds that visits waited."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(visits.asyncio, "sleep", sleep)
    return waited


def ask(path: str, times: int, peers: tuple[str, ...] = ("192.0.2.1",)) -> None:
    async def all_of_them() -> None:
        pace = Visits()
        for _ in range(times):
            for peer in peers:
                await pace.take_turn(scope(peer, path))

    asyncio.run(all_of_them())


def test_what_people_ask_for_waits_for_nothing(waits):
    ask("/admin/", AT_ONCE, peers=("192.0.2.1", "192.0.2.2", "2001:db8::1"))

    assert waits == []


def test_a_flood_waits_longer_and_longer_until_a_bound(waits):
    ask("/admin/", AT_ONCE + 10 * A_SECOND)

    assert waits == sorted(waits)
    assert waits[-1] == pytest.approx(LONGEST, abs=0.1)


def test_a_balancer_that_shares_the_address_waits_little(waits):
    ask("/readyz", AT_ONCE + 10 * A_SECOND)

    assert max(waits) == pytest.approx(LONGEST_OF_HEALTH, abs=0.1)


@pytest.mark.parametrize("kind", ASKED)
def test_requests_behind_one_another_on_a_connection_wait_their_turn(gateway, kind):
    """Without that, 200 clients that read no answer made good hooks wait for seconds."""
    address = f"127.0.2.{1 + list(ASKED).index(kind)}"
    with socket.create_connection(
        ("127.0.0.1", gateway.port), timeout=10, source_address=(address, 0)
    ) as stranger:
        stranger.sendall(ASKED[kind] * (AT_ONCE + MORE))
        assert count_answers(stranger, within=0.5) < AT_ONCE + MORE


def count_answers(connection: socket.socket, within: float) -> int:
    """That come in so many seconds."""
    ends, received = time.monotonic() + within, b""
    with contextlib.suppress(TimeoutError):
        while (left := ends - time.monotonic()) > 0:
            connection.settimeout(left)
            received += connection.recv(65_536)
    return received.count(b"HTTP/1.1 ")
