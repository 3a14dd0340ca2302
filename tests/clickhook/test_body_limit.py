"""A real gateway refuses an upload of two gigabytes unread; nothing of it reaches the disk."""

from __future__ import annotations

import contextlib
import http.client
import socket
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from clickhook.body_limit import LARGEST
from clickhook.door.protocol import LINGER_BYTES
from clickhook.door.uploads import LARGE_AT_ONCE
from tests.conftest import Gateway

HEAD = (
    "POST /admin/tenants/importrun/add/ HTTP/1.1\r\n"
    "Host: localhost\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\n"
)
PIECE = b"x" * 65_536


def _answer(port: int, head: str, pieces: Iterable[bytes] = ()) -> tuple[str, int]:
    """What is answered, and how many bytes were sent until then."""
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall((HEAD + head + "\r\n").encode())
        try:
            for piece in pieces:
                connection.sendall(piece)
                sent += len(piece)
            return connection.recv(65_536).decode(), sent
        except (BrokenPipeError, ConnectionResetError):
            return "", sent


def _temporary_bytes() -> int:
    return sum(
        path.stat().st_size
        for path in Path(tempfile.gettempdir()).glob("*.upload*")
        if path.is_file()
    )


def test_what_says_that_it_is_too_large_is_not_even_read(gateway):
    answer, _ = _answer(gateway.port, f"Content-Length: {2 * 1024**3}\r\n")

    assert answer.startswith("HTTP/1.1 413 ")
    assert "at most 10 MiB" in answer
    assert _temporary_bytes() == 0


@pytest.mark.proof
def test_what_does_not_say_it_is_cut_off(gateway):
    chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
    answer, sent = _answer(
        gateway.port, "Transfer-Encoding: chunked\r\n", (chunk for _ in range(20_000))
    )

    assert answer == "" or answer.startswith("HTTP/1.1 413 ")
    assert sent < 4 * LARGEST
    assert _temporary_bytes() == 0


def test_what_is_no_number_is_refused(gateway):
    answer, _ = _answer(gateway.port, "Content-Length: many\r\n")

    assert answer.startswith(("HTTP/1.1 400 ", "HTTP/1.1 413 "))


def test_a_form_of_the_usual_size_is_read(gateway):
    body = b"x" * 100_000
    answer, _ = _answer(gateway.port, f"Content-Length: {len(body)}\r\n", iter([body]))

    assert answer.startswith(("HTTP/1.1 403 ", "HTTP/1.1 302 "))


def _upload(port: int, size: int) -> tuple[int, str | None]:
    """Like most clients: it reads the answer only when the whole body is sent."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", "/admin/tenants/importrun/add/", b"x" * size)
        response = connection.getresponse()
        assert response.read()
        return response.status, response.getheader("connection")


def test_whoever_sends_all_of_a_too_large_upload_sees_the_refusal(gateway):
    for _ in range(5):
        assert _upload(gateway.port, 2 * LARGEST) == (413, "close")


def test_whoever_sends_all_of_a_too_large_hook_sees_the_refusal(gateway):
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("POST", "/hooks/some-key/connect", b"x" * 5_000_000)
            assert connection.getresponse().status == 413


@pytest.mark.proof
def test_an_upload_without_room_is_refused_and_the_sender_sees_it(django_db_setup):
    crowded = Gateway(workers=1).start()
    head = (HEAD + f"Content-Length: {LARGEST}\r\n\r\n").encode()
    with contextlib.ExitStack() as held:
        for _ in range(LARGE_AT_ONCE // LARGEST):
            holder = socket.create_connection(("127.0.0.1", crowded.port))
            held.enter_context(holder).sendall(head)
        time.sleep(0.2)
        assert _upload(crowded.port, LARGEST) == (503, "close")
    crowded.stop()


@pytest.mark.proof
def test_a_refused_sender_is_cut_off_after_so_many_bytes(gateway):
    head = HEAD + f"Content-Length: {2 * 1024**3}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(head.encode())
        sent = _send_until_cut_off(connection, at_most=10 * LINGER_BYTES)

    assert 10 * LINGER_BYTES > sent >= LINGER_BYTES >= 2 * LARGEST


def _send_until_cut_off(connection: socket.socket, at_most: int) -> int:
    sent = 0
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        while sent < at_most:
            sent += connection.send(PIECE)
    return sent
