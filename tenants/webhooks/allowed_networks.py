"""CLICKHOOK_WEBHOOK_ALLOW: networks and ports where webhooks may go beyond the rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from tenants.public_addresses import is_public

PUBLIC = "public"
_ENTRY = re.compile(r"(\[(?P<v6>[^\]]+)\]|(?P<plain>[^:\[\]]+)):(?P<port>[0-9]{1,5})")


class AllowedNetwork(NamedTuple):
    network: IPv4Network | IPv6Network | None  # None: every public address
    port: int

    def __str__(self) -> str:
        if self.network is None:
            return f"{PUBLIC}:{self.port}"
        text = f"[{self.network}]" if self.network.version == 6 else str(self.network)
        return f"{text}:{self.port}"

    def holds(self, address: str) -> bool:
        """Literally: an IPv6 address that holds an IPv4 one is not that one."""
        if self.network is None:
            return is_public(address)
        return "%" not in address and ip_address(address) in self.network


def parse_allowed_networks(text: str) -> list[AllowedNetwork]:
    """NETWORK:PORT entries with commas between. Raises ValueError."""
    return [_parse_entry(entry.strip()) for entry in text.split(",") if entry.strip()]


def may_reach(allowed: Sequence[AllowedNetwork], address: str, port: int, scheme: str) -> bool:
    """By the rule, https at port 443 of a public address; else where the operator opened it."""
    if scheme == "https" and port == 443 and is_public(address):
        return True
    return any(one.port == port and one.holds(address) for one in allowed)


def _parse_entry(entry: str) -> AllowedNetwork:
    match = _ENTRY.fullmatch(entry)
    port = int(match["port"]) if match else 0
    if not match or not 1 <= port <= 65535:
        raise ValueError("takes NETWORK:PORT entries like 10.1.2.0/24:8080, IPv6 in brackets")
    written = match["v6"] or match["plain"]
    if written == PUBLIC:
        return AllowedNetwork(None, port)
    try:
        network = ip_network(written)
    except ValueError:
        raise ValueError("holds a network that does not exist, such as 10.1.2.3/24") from None
    if network.prefixlen == 0:
        raise ValueError(f"opens every network; {PUBLIC}:{port} opens the public ones")
    return AllowedNetwork(network, port)
