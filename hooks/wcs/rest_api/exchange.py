"""One POST to a REST API: a bounded answer within a deadline, or a Failure."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.util import make_headers

from hooks.wcs.rest_api.failures import Failure
from tenants.deadline import Deadline

CONNECT_WITHIN = 2.0  # seconds
ANSWER_WITHIN = 3.0  # seconds, connecting included
_CHUNK = 64 * 1024  # bytes


class HttpAnswer(NamedTuple):
    status: int
    content: bytes


def post(
    url: str, user: str, password: str, fields: Mapping[str, Any], longest: int
) -> HttpAnswer | Failure:
    """`longest` in bytes. Credentials stand in the request's header and nowhere else."""
    connection = open_connection(url)
    try:
        return post_over(connection, url, user, password, fields, longest)
    finally:
        connection.close()


def post_over(
    connection: HTTPConnection,
    url: str,
    user: str,
    password: str,
    fields: Mapping[str, Any],
    longest: int,
) -> HttpAnswer | Failure:
    """Over a connection of the caller's, who may use it again after an HttpAnswer."""
    deadline = Deadline(ANSWER_WITHIN)
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


def open_connection(url: str) -> HTTPConnection:
    """It connects with the first post."""
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
    deadline: Deadline,
) -> HttpAnswer | Failure:
    if connection.sock is None:
        connection.timeout = CONNECT_WITHIN
        connection.connect()
    connected: socket.socket = connection.sock
    connection.timeout = deadline.remaining  # the library sets it again before it reads
    connected.settimeout(connection.timeout)
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
