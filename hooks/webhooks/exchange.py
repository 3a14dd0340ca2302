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
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import NamedTuple

from django.conf import settings

from hooks.webhooks.destination import find_addresses
from hooks.webhooks.failures import Failure
from tenants.deadline import Deadline
from tenants.plain_text import LONGEST
from tenants.public_addresses import Resolve, resolve
from tenants.webhooks.allowed_networks import AllowedNetwork
from tenants.webhooks.url import BadWebhookUrl, Target, parse_webhook_url

CONNECT_WITHIN = 5.0  # seconds, for each address
ANSWER_WITHIN = 15.0  # seconds, connecting included
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
            connected = _connect(addresses, target.port, deadline)
            with connected, deadline.over(connected):
                return self._exchange(target, connected, headers, body)
        except ssl.SSLError:
            return Answer(Failure.SLOW if deadline.has_passed else Failure.UNTRUSTED)
        except TimeoutError:
            return Answer(Failure.SLOW)
        except HTTPException as error:
            away = isinstance(error, ConnectionError)  # of one that closes without an answer
            return Answer(_late_or(deadline, Failure.AWAY if away else Failure.NONSENSE))
        except (OSError, ValueError):
            return Answer(_late_or(deadline, Failure.AWAY))

    def _exchange(
        self, target: Target, connected: socket.socket, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        connection = HTTPConnection(target.host, target.port)
        with contextlib.closing(connection):
            connection.sock = connected
            if target.scheme == "https":
                connection.sock = self.context.wrap_socket(connected, server_hostname=target.host)
            everything = {"Host": target.host_header, **_OURS, **headers}
            connection.request("POST", target.path, body, everything)
            sock = connection.sock  # closing the response would take it away
            response = connection.getresponse()
            text = _read_beginning(response, sock)
            return _judge(response, text)


def _connect(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    """To the first that answers. Raises OSError of the last one."""
    for address in addresses[:-1]:
        with contextlib.suppress(OSError):
            return _connect_to(address, port, deadline)
    return _connect_to(addresses[-1], port, deadline)


def _connect_to(address: str, port: int, deadline: Deadline) -> socket.socket:
    patience = min(CONNECT_WITHIN, deadline.remaining)
    connected = socket.create_connection((address, port), patience)
    connected.settimeout(deadline.remaining)
    return connected


def _read_beginning(response: HTTPResponse, sock: socket.socket) -> str:
    """What is there of the body; whoever sends it slowly has answered all the same."""
    until, content = time.monotonic() + BODY_WITHIN, b""
    try:
        while len(content) < MOST_BYTES and (left := until - time.monotonic()) > 0:
            sock.settimeout(left)
            piece = response.read1(MOST_BYTES - len(content))
            if not piece:
                break
            content += piece
    except (OSError, HTTPException, ValueError):
        pass
    return content.decode("utf-8", "replace").replace("\0", "\ufffd")


def _judge(response: HTTPResponse, text: str) -> Answer:
    status = response.status
    retry_after = (response.getheader("Retry-After") or "")[:64]
    return Answer(_failure_of(status), status, text, retry_after)


def _failure_of(status: int) -> Failure | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return Failure.REDIRECTED
    return Failure.GONE if status == HTTPStatus.GONE else Failure.STATUS


def _late_or(deadline: Deadline, failure: Failure) -> Failure:
    return Failure.SLOW if deadline.has_passed else failure
