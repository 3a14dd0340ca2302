"""Who may read /metrics: the networks of CLICKHOOK_METRICS_ALLOW, by the address of the peer."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from clickhook.door.application import Scope

Network = IPv4Network | IPv6Network
# A proxy on this machine has this machine's address; what it passes on comes from anybody.
PASSED_ON = {b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"}


def parse_networks(text: str) -> list[Network]:
    """Raises ValueError."""
    try:
        return [ip_network(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise ValueError("takes networks such as 127.0.0.0/8, ::1 with commas between") from None


def may_read(scope: Scope, networks: Collection[Network]) -> bool:
    if any(name in PASSED_ON for name, _ in scope["headers"]):
        return False
    peer, *_ = scope.get("client") or ("",)
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any((mapped or address) in network for network in networks)
