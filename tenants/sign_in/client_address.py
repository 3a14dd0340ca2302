"""Where a request comes from: the peer itself, or what our own proxies say about their peer."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

IPV6_NETWORK = 64  # bits; who has one IPv6 address has all addresses of its network


def client_address(request: HttpRequest) -> str | None:
    """Each trusted proxy appends its peer to X-Forwarded-For; anybody can write what is before."""
    peer = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.CLICKHOOK_TRUSTED_PROXIES:
        header = request.META.get("HTTP_X_FORWARDED_FOR", "")
        addresses = [part.strip() for part in header.split(",")]
        peer = addresses[-proxies] if len(addresses) >= proxies else peer
    try:
        return str(ip_address(peer))
    except ValueError:
        return None


def lockout_address(request: HttpRequest) -> str | None:
    """The address that failed sign-ins are counted by."""
    address = client_address(request)
    if address and ":" in address:
        without_zone = address.partition("%")[0]
        network = ip_network(f"{without_zone}/{IPV6_NETWORK}", strict=False)
        return str(network.network_address)
    return address
