"""Where a request comes from: the peer itself, or what our own proxies say about theirs."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

IPV6_NETWORK = 64  # bits; whoever has one IPv6 address has as many as she likes within it


def client_address(request: HttpRequest) -> str | None:
    """Each trusted proxy appends its peer to X-Forwarded-For; what stands before those entries anybody may have written."""
    peer = request.META.get("REMOTE_ADDR", "")
    if proxies := settings.CLICKHOOK_TRUSTED_PROXIES:
        said = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        peer = said[-proxies] if len(said) >= proxies else peer
    try:
        return str(ip_address(peer))
    except ValueError:
        return None


def lockout_address(request: HttpRequest) -> str | None:
    """The address that failed sign-ins are counted by."""
    address = client_address(request)
    if address and ":" in address:
        return str(
            ip_network(f"{address.partition('%')[0]}/{IPV6_NETWORK}", strict=False).network_address
        )
    return address
