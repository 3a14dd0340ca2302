"""The addresses in the settings: the public URL, host names, the address to listen on."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
DEFAULT_PORTS = {"http": 80, "https": 443}
DEFAULT_LISTENING_PORT = 8000  # gunicorn's own
HIGHEST_PORT = 65535
HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
NUMERIC_END = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")
WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(:(?P<port>[0-9]*))?")
LONGEST_HOST_NAME = 253  # characters


class Address(NamedTuple):
    """A host, IPv6 in brackets, and its port; 0 where none was written."""

    host: str
    port: int


def parse_public_url(text: str) -> str:
    """As browsers write an origin. Raises ValueError with the reason, and never the password."""
    parts = _split(text)
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        raise ValueError("is not a URL such as https://gateway.example")
    if "@" in parts.netloc:
        raise ValueError("holds a user or a password; leave them out")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError("has a query or a fragment; it ends after the host and the port")
    if parts.path.strip("/"):
        raise ValueError(
            "has a path; the gateway is served at the top of a host, for instance of a subdomain"
        )

    host, port = parse_host(parts.netloc)
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("is https://…; http:// is for this machine alone (localhost)")
    return f"{parts.scheme}://{host}" + _write_port(port, DEFAULT_PORTS[parts.scheme])


def parse_host(text: str) -> Address:
    """A host with or without its port. Raises ValueError."""
    if "://" in text or "/" in text:
        raise ValueError("holds a URL where a host name belongs, such as gateway.example")
    match = WITH_PORT.fullmatch(text)
    if not match:
        raise ValueError("holds an address that is not HOST or HOST:PORT (IPv6 in brackets)")
    return Address(_check_host(match["host"].lower()), _check_port(match["port"] or ""))


def parse_hosts(text: str) -> list[Address]:
    """Hosts with commas or spaces between; a dot in front stands for subdomains."""
    return [_parse_allowed(part) for part in text.replace(",", " ").split()]


def make_origins(public_url: str, hosts: list[Address]) -> list[str]:
    """From which forms are taken: the public URL's, and each host's with its scheme."""
    scheme, port = public_url.partition("://")[0], urlsplit(public_url).port or 0
    origins = [public_url]
    for host in hosts:
        if host.host == "*":
            continue
        name = host.host if host.host[0] != "." else "*" + host.host
        bare = [name, name[2:]] if name[0] == "*" else [name]
        ports = {host.port} if host.port else {0, port}
        origins += [
            f"{scheme}://{one}" + _write_port(number, DEFAULT_PORTS[scheme])
            for one in bare
            for number in sorted(ports)
        ]
    return list(dict.fromkeys(origins))


def parse_bind(text: str) -> Address:
    """HOST:PORT to listen on; an empty host means every address. Raises ValueError."""
    match = WITH_PORT.fullmatch(text.strip())
    if not match or match["host"].isdecimal():  # a port alone, and no address
        raise ValueError("is not HOST:PORT (IPv6 in brackets)")
    host = match["host"].lower()
    return Address(
        _check_host(host) if host else "",
        _check_port(match["port"] or "") or DEFAULT_LISTENING_PORT,
    )


def is_every_address(host: str) -> bool:
    try:
        return not host or ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return False


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("is not a URL such as https://gateway.example") from None


def _parse_allowed(text: str) -> Address:
    if text == "*":
        return Address(text, 0)
    if text.startswith("."):
        address = parse_host(text[1:])
        return Address("." + address.host, address.port)
    return parse_host(text)


def _check_host(host: str) -> str:
    if host.startswith("["):
        return f"[{_check_ip(host[1:-1], IPv6Address)}]"

    name = host.removesuffix(".")  # the same host, and browsers send it as it is typed
    if len(name) > LONGEST_HOST_NAME or not HOST_NAME.fullmatch(name):
        raise ValueError(
            "holds no host name; letters beyond a to z stand in their xn-- form"
            if name
            else "has no host"
        )
    return str(_check_ip(name)) if NUMERIC_END.fullmatch(name) else name


def _check_ip(text: str, kind: type[IPv6Address] | None = None) -> str:
    try:
        return str(kind(text) if kind else ip_address(text))
    except ValueError:
        raise ValueError("holds an IP address that does not exist") from None


def _check_port(text: str) -> int:
    if not text:
        return 0
    if len(text) > len(str(HIGHEST_PORT)) or not 1 <= int(text) <= HIGHEST_PORT:
        raise ValueError(f"has a port that is not from 1 to {HIGHEST_PORT}")
    return int(text)


def _write_port(port: int, default: int) -> str:
    return f":{port}" if port not in (0, default) else ""
