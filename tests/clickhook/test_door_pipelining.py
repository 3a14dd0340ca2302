"""Whoever sends request after request and reads no answer gets no memory and no work for it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.bench.processes import rss_mib
from tests.conftest import Gateway

CLIENTS = 8
MOST_ANSWERS = 2000  # of one client that reads none
MOST_MIB = 40  # more than a gateway that is idle; each client may have a few hundred KiB
REQUESTS = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1000


def send(port: int, ends_at: float) -> None:
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", port))
        client.settimeout(0.5)
        with contextlib.suppress(OSError):
            while time.monotonic() < ends_at:
                with contextlib.suppress(TimeoutError):
                    client.sendall(REQUESTS)


@pytest.mark.proof
def test_unread_answers_fill_no_memory(door):
    ends_at = time.monotonic() + 4
    clients = [threading.Thread(target=send, args=[door.port, ends_at]) for _ in range(CLIENTS)]
    before = memory(door)
    for client in clients:
        client.start()
    most = before
    while any(client.is_alive() for client in clients):
        most = max(most, memory(door))
        time.sleep(0.1)

    assert most - before < MOST_MIB


@pytest.mark.proof
def test_who_reads_no_answer_is_not_answered_for_long(door):
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", door.port))
        client.settimeout(2.0)
        with contextlib.suppress(TimeoutError):
            while True:
                client.sendall(REQUESTS)

        with stopped(door):
            assert count_answers(client) < MOST_ANSWERS


@contextlib.contextmanager
def stopped(gateway: Gateway) -> Iterator[None]:
    """What is read meanwhile was answered before."""
    for pid in gateway.processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in gateway.processes:
            os.kill(pid, signal.SIGCONT)


def count_answers(client: socket.socket) -> int:
    received = b""
    with contextlib.suppress(TimeoutError):
        while piece := client.recv(65_536):
            received += piece
    return received.count(b"HTTP/1.1 200")


def memory(gateway: Gateway) -> int:
    return sum(map(rss_mib, gateway.processes))
