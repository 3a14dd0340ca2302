"""What a stranger sends is read within bounds, and good hooks go first."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from clickhook.door.parser import LARGEST_HEAD, PIECE, SMALL_PIECES
from hooks.models import Event
from tests.attack.forms import BODY, CHUNKED, END, LENGTH, chunk, post
from tests.attack.wire import PROBE, exchange, read_answers


def statuses(gateway, sent: bytes) -> tuple[int, ...]:
    return read_answers(asyncio.run(exchange(gateway.port, sent + PROBE))).statuses


def filled(size: int) -> list[str]:
    """Headers of so many bytes together."""
    return [f"X: {'x' * 1000}"] * (size // 1001)


def test_a_head_has_a_largest_size(cast, gateway):
    assert statuses(gateway, post(LENGTH, *filled(LARGEST_HEAD - 2000))) == (200, 200)
    assert statuses(gateway, post(LENGTH, *filled(LARGEST_HEAD + 2000))) == (431,)


def test_the_next_head_on_a_connection_counts_anew(cast, gateway):
    asked = PROBE.replace(b"Connection: close", filled(LARGEST_HEAD // 2)[0].encode())

    assert statuses(gateway, asked * 30) == (200,) * 31


@pytest.mark.parametrize(
    ("size", "answers"),
    [(1, (400,)), (PIECE // 4, (400,)), (PIECE, (403, 200)), (4 * PIECE, (403, 200))],
)
def test_chunks_may_not_be_tiny(cast, gateway, size, answers):
    body = b"x" * (size * (SMALL_PIECES + 40))
    pieces = [chunk(body[start : start + size]) for start in range(0, len(body), size)]

    assert statuses(gateway, post(CHUNKED, raw=b"".join(pieces) + END)) == answers


def test_a_few_tiny_chunks_are_a_body(cast, gateway):
    pieces = [chunk(BODY[number : number + 1]) for number in range(SMALL_PIECES - 1)]
    rest = chunk(BODY[SMALL_PIECES - 1 :])

    assert statuses(gateway, post(CHUNKED, raw=b"".join(pieces) + rest + END)) == (200, 200)


@pytest.mark.proof
def test_a_good_hook_goes_before_strangers_who_wait(acme, gateway):
    strangers = 400  # of whom each of two processes answers 100 at once
    with contextlib.ExitStack() as opened:
        waiting = [
            opened.enter_context(socket.create_connection(("127.0.0.1", gateway.port), 10))
            for _ in range(strangers)
        ]
        for connection in waiting:
            connection.sendall(post(LENGTH, signed=b"something else"))
        assert acme.post("connect").status == 200

        unanswered = sum(not _is_answered(connection) for connection in waiting)
        assert unanswered > 0
        for connection in waiting:
            connection.setblocking(True)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 403 ")
    assert Event.objects.filter(decision="allowed").count() == 1


def _is_answered(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
