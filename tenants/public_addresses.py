"""The addresses of a host, if all of them are public: nobody has us ask inside our own network."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Resolve = Callable[[str], Sequence[str]]
# What Python's own list, of IANA's special-purpose registries, lets through in one version or
# another.
_NOT_PUBLIC = [
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; one cloud has its metadata there
        "192.31.196.0/24",  # AS112, and the next but one: anycast, whose nearest server answers
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # relays of 6to4
        "192.175.48.0/24",
        "168.63.129.16/32",  # a cloud's own services, seen from inside it
        "2001::/23",  # protocol assignments, with Teredo, which holds an IPv4 address
        "2001:db8::/32",  # documentation, and the last one here
        "2002::/16",  # 6to4: holds an IPv4 address, which a gateway on the way may reach
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",
    )
]
# All that is public; what holds an IPv4 address (mapped, NAT64) stands outside of it.
_GLOBAL_UNICAST = ip_network("2000::/3")


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
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved
