"""What strangers send and nobody takes is bounded, and good hooks find room beside it."""

from __future__ import annotations

import contextlib
import socket

import pytest

from clickhook.door.unread import SMALL, Unread
from tests.bench.processes import rss_mib
from tests.cast import ACME_SIGNING

STRANGERS = 700
MOST_MIB = 110  # of all strangers together; each sends a quarter of one
BODY = b"x" * 250_000


class Connection:
    is_closed = False

    def close_at_once(self) -> None:
        self.is_closed = True


def asked(method: str, path: str) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: 260000\r\n\r\n" + BODY


def test_whoever_has_waited_longest_goes_first():
    unread, connections = Unread(at_most=5 * SMALL), [Connection() for _ in range(4)]
    for connection in connections:
        unread.note(connection, 2 * SMALL)

    assert [connection.is_closed for connection in connections] == [True, True, False, False]


def test_what_was_taken_counts_no_more():
    unread, connections = Unread(at_most=5 * SMALL), [Connection() for _ in range(9)]
    for connection in connections:
        unread.note(connection, 2 * SMALL)
        unread.note(connection, 4 * SMALL)
        unread.note(connection, SMALL)

    assert not any(connection.is_closed for connection in connections)


def test_who_sends_little_is_never_closed():
    unread, connections = Unread(at_most=3 * SMALL), [Connection() for _ in range(100)]
    for connection in connections:
        unread.note(connection, SMALL)

    assert not any(connection.is_closed for connection in connections)


@pytest.mark.proof
@pytest.mark.parametrize("path", ["/hooks/nobody/connect", "/healthz", "/admin/login/"])
def test_bodies_of_strangers_fill_no_memory(cast, door, path):
    (worker,) = door.processes
    before = rss_mib(worker)
    wcs = door.wcs(cast.acme_1.key, ACME_SIGNING).connected()
    with contextlib.ExitStack() as opened:
        for _ in range(STRANGERS):
            target = ("127.0.0.1", door.port)
            stranger = socket.create_connection(target, 10, source_address=("127.0.0.9", 0))
            opened.enter_context(stranger)
            with contextlib.suppress(OSError):
                stranger.sendall(asked("POST", path))

        assert rss_mib(worker) - before < MOST_MIB
        assert wcs.post("connect", info="x" * 200_000).status == 200
        wcs.close()
