"""The URL of a webhook endpoint as it is entered. Where it leads is checked at each delivery."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from tenants.webhooks.allowed_networks import AllowedNetwork, may_reach

LONGEST = 500  # characters
_PORTS = {"https": 443, "http": 80}
_NAME = re.compile(r"[a-z0-9._-]+")
NOT_PUBLIC = "This address is not a public one, and the operator has not opened it."


class BadWebhookUrl(ValueError):
    """The message says what is wrong, for whoever enters the URL."""


class Target(NamedTuple):
    scheme: str
    host: str  # in ASCII, IPv6 without brackets
    port: int
    path: str  # with the query

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


def parse_webhook_url(text: str) -> Target:
    """Raises BadWebhookUrl."""
    if (
        len(text) > LONGEST
        or not text.isascii()
        or any(ord(one) <= 32 or ord(one) == 127 for one in text)
    ):
        raise BadWebhookUrl(
            f"One URL of at most {LONGEST} characters without spaces, like "
            "https://crm.example/clickhook; letters beyond ASCII stand in their xn-- or %-form."
        )
    parts, port = _split(text)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadWebhookUrl("A URL with https and a host, like https://crm.example/clickhook.")
    if parts.username is not None or parts.password is not None:
        raise BadWebhookUrl("A URL without user and password: the signature proves who sends.")
    if "#" in text:
        raise BadWebhookUrl("A URL without #.")
    if ":" not in parts.hostname and not _NAME.fullmatch(parts.hostname):
        raise BadWebhookUrl("A host of letters, digits, dots and hyphens.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def check_webhook_url(text: str, allowed: Sequence[AllowedNetwork]) -> None:
    """What can be told without asking for the name's addresses. Raises BadWebhookUrl."""
    target = parse_webhook_url(text)
    address = _read_address(target.host)
    if address is not None:
        if not may_reach(allowed, address, target.port, target.scheme):
            raise BadWebhookUrl(NOT_PUBLIC)
        return

    name = target.host.rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        raise BadWebhookUrl(NOT_PUBLIC)
    if (target.scheme, target.port) == ("https", 443):
        return
    if not any(one.port == target.port for one in allowed):
        raise BadWebhookUrl(
            "https at port 443 only; the operator can open other ports (CLICKHOOK_WEBHOOK_ALLOW)."
        )


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        return parts, parts.port
    except ValueError:
        raise BadWebhookUrl("The host or the port cannot be read.") from None


def _read_address(host: str) -> str | None:
    """Also in the spellings that resolvers take, such as 127.1 or 0x7f000001. None: a name."""
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None
