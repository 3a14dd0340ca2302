"""A real gateway refuses an upload of two gigabytes unread; nothing of it reaches the disk."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

from clickhook.body_limit import LARGEST

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
