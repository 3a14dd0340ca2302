"""One POST to a REST API: a bounded answer within a deadline, or a Failure."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.util import make_headers

from hooks.wcs.rest_api.failures import Failure

CONNECT_WITHIN = 2.0  # seconds
ANSWER_WITHIN = 3.0  # seconds, connecting included
_CHUNK = 64 * 1024  # bytes


class HttpAnswer(NamedTuple):
    status: int
    content: bytes


class _Deadline:
    """Breaks the connection off when the time is over, even if bytes arrive one by one."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds
        self.has_passed = False

    @contextlib.contextmanager
    def over(self, connected: socket.socket) -> Iterator[None]:
        remaining = max(0.0, self._ends_at - time.monotonic())
        # A copy: a TLS socket that another thread shuts down fails in ways of its own.
        copy = socket.socket(fileno=os.dup(connected.fileno()))
        alarm = threading.Timer(remaining, self._break_off, [copy])
        alarm.daemon = True
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()
            copy.close()

    def _break_off(self, connected: socket.socket) -> None:
        self.has_passed = True
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)


def post(
    url: str, user: str, password: str, fields: Mapping[str, Any], longest: int
) -> HttpAnswer | Failure:
    """`longest` in bytes. Credentials stand in the request's header and nowhere else."""
    deadline = _Deadline(ANSWER_WITHIN)
    connection = _open(url)
    try:
        return _exchange(connection, url, user, password, fields, longest, deadline)
    except SSLError:
        return Failure.UNTRUSTED
    except NewConnectionError:  # a kind of ConnectTimeoutError to the library
        return Failure.AWAY
    except (ConnectTimeoutError, TimeoutError):
        return Failure.SLOW
    except (HTTPError, HTTPException, OSError, ValueError) as error:
        if deadline.has_passed:
            return Failure.SLOW
        return Failure.UNTRUSTED if isinstance(error, ssl.SSLError) else Failure.AWAY
    finally:
        connection.close()


def _open(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(
            host, parts.port or 443, timeout=CONNECT_WITHIN, cert_reqs=ssl.CERT_REQUIRED
        )
    return HTTPConnection(host, parts.port or 80, timeout=CONNECT_WITHIN)


def _exchange(
    connection: HTTPConnection,
    url: str,
    user: str,
    password: str,
    fields: Mapping[str, Any],
    longest: int,
    deadline: _Deadline,
) -> HttpAnswer | Failure:
    connection.connect()
    connected: socket.socket = connection.sock
    connected.settimeout(ANSWER_WITHIN)
    with deadline.over(connected):
        connection.request(
            "POST",
            urlsplit(url).path,
            body=orjson.dumps(fields),
            headers=_headers(user, password),
            preload_content=False,
        )
        response = connection.getresponse()
        content = response.read(longest + 1)
        while content and len(content) <= longest and (more := response.read(_CHUNK)):
            content += more

    if deadline.has_passed:
        return Failure.SLOW
    if len(content) > longest:
        return Failure.NONSENSE
    return _judge(response.status, content)


def _headers(user: str, password: str) -> dict[str, str]:
    plain = {"Content-Type": "application/json", "Accept": "application/json"}
    if not user:
        return plain
    # Basic in UTF-8, RFC 7617; the library would take Latin-1.
    encoded = f"{user}:{password}".encode().decode("latin-1")
    return plain | make_headers(basic_auth=encoded)


def _judge(status: int, content: bytes) -> HttpAnswer | Failure:
    if status in (401, 403):
        return Failure.CREDENTIALS
    if 300 <= status < 400:
        return Failure.REDIRECTED
    if status == 404:
        return Failure.NOT_FOUND
    if status >= 500:
        return Failure.FAULT
    return HttpAnswer(status, content) if status in (200, 202) else Failure.NONSENSE
