"""One POST to an endpoint: to a pinned address, without redirects, bounded in time and bytes."""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import NamedTuple

from django.conf import settings
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import HTTPResponse

from hooks.webhooks.destination import find_addresses
from hooks.webhooks.failures import Failure
from tenants.deadline import Deadline
from tenants.pinned_connection import connect_pinned
from tenants.plain_text import LONGEST
from tenants.public_addresses import Resolve, resolve
from tenants.webhooks.allowed_networks import AllowedNetwork
from tenants.webhooks.url import BadWebhookUrl, Target, parse_webhook_url

CONNECT_WITHIN = 5.0  # seconds, for each address
ANSWER_WITHIN = 15.0  # seconds, connecting included; a TLS handshake ends CONNECT_WITHIN later
BODY_WITHIN = 1.0  # seconds: the status alone counts
KEPT_BYTES = 200  # of the answer's body
# The status is what counts. Of an answer no more is read than a reply to a visitor may have.
MOST_BYTES = 7 * LONGEST  # as JSON may write it
_OURS = {"Content-Type": "application/json", "User-Agent": "clickhook", "Connection": "close"}


class Answer(NamedTuple):
    """`failure` is None where the message was taken."""

    failure: Failure | None
    status: int | None = None
    reply: str = ""  # the body, or its beginning
    retry_after: str = ""  # as it stands in the header

    @property
    def text(self) -> str:
        return self.reply.encode()[:KEPT_BYTES].decode(errors="ignore")


@functools.cache
def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context()


def _allowed() -> Sequence[AllowedNetwork]:
    networks: Sequence[AllowedNetwork] = settings.CLICKHOOK_WEBHOOK_ALLOW
    return networks


@dataclass(frozen=True, slots=True)
class Network:
    """How an endpoint is reached; each field is what the network would give."""

    resolve: Resolve = resolve
    allowed: Sequence[AllowedNetwork] = field(default_factory=_allowed)
    context: ssl.SSLContext = field(default_factory=_trusting)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            target = parse_webhook_url(url)
        except BadWebhookUrl:
            return Answer(Failure.BAD_URL)
        addresses = find_addresses(target, self.resolve, self.allowed)
        if isinstance(addresses, Failure):
            return Answer(addresses)
        return self._send(target, addresses, headers, body)

    def _send(
        self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes
    ) -> Answer:
        deadline = Deadline(ANSWER_WITHIN)
        try:
            with contextlib.closing(self._connect(target, addresses, deadline)) as connection:
                return _exchange(connection, target, headers, body, deadline)
        except ssl.SSLError:
            return Answer(Failure.SLOW if deadline.has_passed else Failure.UNTRUSTED)
        except (ConnectTimeoutError, TimeoutError) as error:
            is_away = isinstance(error, NewConnectionError)  # a kind of the other to the library
            return Answer(Failure.AWAY if is_away else Failure.SLOW)
        except HTTPException as error:
            away = isinstance(error, ConnectionError)  # of one that closes without an answer
            return Answer(_late_or(deadline, Failure.AWAY if away else Failure.NONSENSE))
        except (HTTPError, OSError, ValueError):
            return Answer(_late_or(deadline, Failure.AWAY))

    def _connect(
        self, target: Target, addresses: Sequence[str], deadline: Deadline
    ) -> HTTPConnection:
        """To the first that answers. Raises what the last one raises."""
        for address in addresses[:-1]:
            with contextlib.suppress(ConnectTimeoutError):
                return self._connect_to(target, address, deadline)
        return self._connect_to(target, addresses[-1], deadline)

    def _connect_to(self, target: Target, address: str, deadline: Deadline) -> HTTPConnection:
        patience = min(CONNECT_WITHIN, deadline.remaining)
        name, port = target.host, target.port
        return connect_pinned(target.scheme, name, address, port, self.context, patience)


def _exchange(
    connection: HTTPConnection,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    deadline: Deadline,
) -> Answer:
    """urllib3 bounds each read, and a drip of bytes is many: the deadline bounds them all."""
    sock: socket.socket = connection.sock  # the connection lets go of it at the end of an answer
    connection.timeout = deadline.remaining
    sock.settimeout(connection.timeout)
    with deadline.over(sock):
        everything = {"Host": target.host_header, **_OURS, **headers}
        connection.request("POST", target.path, body, everything, preload_content=False)
        response = connection.getresponse()
        return _judge(response, _read_beginning(response, sock))


def _read_beginning(response: HTTPResponse, sock: socket.socket) -> str:
    """What is there of the body; whoever sends it slowly has answered all the same."""
    until, content = time.monotonic() + BODY_WITHIN, b""
    try:
        while len(content) < MOST_BYTES and (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            piece = response.read1(MOST_BYTES - len(content), decode_content=False)
            if not piece:
                break
            content += piece
    except (HTTPError, HTTPException, OSError, ValueError):
        pass
    return content.decode("utf-8", "replace").replace("\0", "\ufffd")


def _judge(response: HTTPResponse, text: str) -> Answer:
    retry_after = response.headers.get("Retry-After", "")[:64]
    return Answer(_failure_of(response.status), response.status, text, retry_after)


def _failure_of(status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Failure.REDIRECTED
    return Failure.GONE if status == HTTPStatus.GONE else Failure.STATUS


def _late_or(deadline: Deadline, failure: Failure) -> Failure:
    return Failure.SLOW if deadline.has_passed else failure
