"""A connection that says nothing, or says it slowly, is closed in time, on a real gateway."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from clickhook.door.protocol import LINGER
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

DEADLINE = 0.5  # seconds
HEAD = b"POST /hooks/some-key/connect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def door(django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_REQUEST_DEADLINE": str(DEADLINE)}, workers=1).start()
    yield running
    running.stop()


@contextlib.contextmanager
def connected(gateway: Gateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as connection:
        yield connection


def rest(connection: socket.socket) -> bytes:
    """What arrives until the gateway closes."""
    pieces = []
    while piece := connection.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("begun", "answer"),
    [
        (b"", b""),
        (b"POST /hooks/some-k", b"HTTP/1.1 408 Request Timeout\r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: loc", b"HTTP/1.1 408 Request Timeout\r\n"),
        (HEAD + b"half", b"HTTP/1.1 408 Request Timeout\r\n"),
    ],
    ids=["nothing", "half a line", "half a head", "half a body"],
)
def test_it_closes_what_does_not_go_on(door, begun, answer):
    with connected(door) as connection:
        started = time.monotonic()
        connection.sendall(begun)
        received = rest(connection)

    assert received.startswith(answer)
    assert bool(received) == bool(answer)
    assert DEADLINE * 0.9 < time.monotonic() - started < DEADLINE + 5


@pytest.mark.parametrize("begun", [b"", HEAD], ids=["head", "body"])
@pytest.mark.proof
def test_single_bytes_do_not_put_it_off(door, begun):
    with connected(door) as connection:
        connection.sendall(begun)
        started = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while time.monotonic() - started < 8:
                connection.sendall(b"x")
                time.sleep(DEADLINE / 4)

    assert time.monotonic() - started < 7


@pytest.mark.proof
def test_a_body_that_comes_fast_enough_is_read_to_its_end(door):
    size = 60_000
    with connected(door) as connection:
        connection.sendall(HEAD.replace(b"1000", b"%d" % size))
        for _ in range(10):
            connection.sendall(b"x" * (size // 10))
            time.sleep(DEADLINE / 5)
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 404 ")


@pytest.mark.proof
def test_a_refused_sender_is_cut_off_after_some_time(door):
    too_large = HEAD.replace(b"1000", b"%d" % 1024**3)
    with connected(door) as connection:
        connection.sendall(too_large)
        started = time.monotonic()
        assert rest(connection).startswith(b"HTTP/1.1 413 ")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _send_for(10, connection)

    assert LINGER * DEADLINE < time.monotonic() - started < DEADLINE + 5


@pytest.mark.proof
def test_a_kept_connection_may_be_quiet_for_longer(door):
    with connected(door) as connection:
        for _ in range(2):
            connection.sendall(WHOLE)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
            time.sleep(DEADLINE * 2)


def test_half_a_head_behind_a_whole_request_has_the_deadline_too(door):
    with connected(door) as connection:
        connection.sendall(WHOLE + WHOLE[:10])
        received = rest(connection)

    assert received.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in received


@pytest.mark.proof
def test_a_client_that_does_not_read_its_answers_is_cut_off(door):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", door.port))
        connection.sendall(WHOLE.replace(b"healthz", b"button.js") * 1000)

        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            _send_for(10, connection)


def _send_for(seconds: float, connection: socket.socket) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        connection.sendall(b"x")
        time.sleep(0.05)
