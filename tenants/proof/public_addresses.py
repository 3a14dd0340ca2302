"""The addresses of a host, if all of them are public: nobody has us ask inside our own network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Resolve = Callable[[str], Sequence[str]]
# IPv6 addresses that hold an IPv4 address, which a gateway on the way may reach: 6to4, NAT64, and
# Teredo.
_HOLDS_IPV4 = [ip_network(text) for text in ("2002::/16", "64:ff9b::/96", "2001::/32")]


class NotPublic(Exception):
    """The message says why, for the person who claims the domain."""


def resolve(host: str) -> Sequence[str]:
    """Raises OSError."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def public_addresses(host: str, resolve: Resolve) -> Sequence[str]:
    """Raises NotPublic."""
    try:
        addresses = resolve(host)
    except (OSError, UnicodeError) as error:
        raise NotPublic(f"The name {host} has no address.") from error
    if not addresses:
        raise NotPublic(f"The name {host} has no address.")

    private = [address for address in addresses if not is_public(address)]
    if private:
        raise NotPublic(f"{host} has the address {private[0]}, which is not a public one.")
    return addresses


def is_public(text: str) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return _is_public(address) and "%" not in text


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_public(address.ipv4_mapped)
        if any(address in network for network in _HOLDS_IPV4):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
