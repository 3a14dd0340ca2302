"""Which visitor is it? A keyed hash of what tells them apart, and a short form for people."""

from __future__ import annotations

import hashlib
import hmac
import re
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple

IPV6_NETWORK = 64  # bits; who has one IPv6 address has all addresses of its network
HASH_BYTES = 12
LONGEST_DISPLAY = 40  # characters
# "/203.0.113.5:41234/203.0.113.9:8443" of builds before 2022: the address of the browser comes
# first. Java writes IPv6 without brackets or with them, and perhaps with a zone.
_OLD_SESSION_ID = re.compile(r"/\[?([0-9a-fA-F:.]{2,45})(?:%[^\]:/]{1,32})?\]?:[0-9]{1,5}/.{1,300}")


class Told(StrEnum):
    """By what the visitor is told apart; part of what is hashed."""

    BY_SUBJECT = "subject"  # of a ticket or a token
    BY_LOGIN = "login"
    BY_ADDRESS = "address"


class Visitor(NamedTuple):
    """`id` is empty for whoever cannot be told apart from others."""

    id: str = ""
    display: str = ""


UNKNOWN = Visitor()


def name_visitor(told: Told, text: str, key: bytes) -> Visitor:
    """By a subject or a login."""
    return Visitor(_hash(told, text, key), text[:LONGEST_DISPLAY])


def name_address(text: str, key: bytes) -> Visitor:
    """UNKNOWN for what is no address, or that of this machine: a proxy in front of WCS has it."""
    address = _parse_address(text)
    if address is None or address.is_loopback or address.is_unspecified:
        return UNKNOWN
    return Visitor(_hash(Told.BY_ADDRESS, network_text(address), key), _shorten(address))


def address_in_session_id(session_id: str) -> str:
    """Empty for ids of the new kind, which are random."""
    match = _OLD_SESSION_ID.fullmatch(session_id)
    return match[1] if match else ""


def network_text(address: IPv4Address | IPv6Address) -> str:
    """What counts as one address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, IPV6_NETWORK), strict=False).network_address)


def _hash(told: Told, text: str, key: bytes) -> str:
    mark = f"{told}\0{text}".encode(errors="surrogatepass")
    return hmac.new(key, mark, hashlib.sha256).digest()[:HASH_BYTES].hex()


def _parse_address(text: str) -> IPv4Address | IPv6Address | None:
    """IPv4 inside IPv6 is IPv4."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _shorten(address: IPv4Address | IPv6Address) -> str:
    """Enough to recognise a network, not a person: 203.0.113.…, 2001:db8:12:…"""
    if isinstance(address, IPv4Address):
        return f"{str(address).rpartition('.')[0]}.…"
    groups = address.exploded.split(":")[:3]
    return ":".join(group.lstrip("0") or "0" for group in groups) + ":…"
