"""Where a request comes from: the peer itself, or what our own proxies say about their peer."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

WITH_PORT = re.compile(r'"?(?:\[(?P<ipv6>[^\]]+)\](?::\d+)?|(?P<ipv4>[\d.]+):\d+)"?')
IPV6_NETWORK = 64  # bits; who has one IPv6 address has all addresses of its network


def client_address(request: HttpRequest) -> str | None:
    header = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return pick_address(request.META.get("REMOTE_ADDR", ""), header)


def pick_address(peer: str, header: str) -> str | None:
    """Each trusted proxy appends its peer to X-Forwarded-For; anybody can write what is before."""
    if proxies := settings.CLICKHOOK_TRUSTED_PROXIES:
        addresses = [part.strip() for part in header.split(",")]
        peer = addresses[-proxies] if len(addresses) >= proxies else peer
    return _parse_address(peer)


def lockout_address(request: HttpRequest) -> str | None:
    """The address that failed sign-ins are counted by."""
    return network_address(client_address(request))


def peer_network(peer: str) -> str:
    """Who is at the other end of a connection, as far as connections are counted."""
    return network_address(_parse_address(peer)) or peer


def network_address(address: str | None) -> str | None:
    """What counts as one address."""
    if address and ":" in address:
        network = ip_network(f"{address}/{IPV6_NETWORK}", strict=False)
        return str(network.network_address)
    return address


def _parse_address(text: str) -> str | None:
    """Without the port, brackets and zone that some proxies write; IPv4 inside IPv6 is IPv4."""
    match = WITH_PORT.fullmatch(text)
    bare = (match["ipv6"] or match["ipv4"]) if match else text
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
