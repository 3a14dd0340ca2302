"""Web origins: parsed once, normalised, compared for equality or on a label boundary."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple

DEFAULT_PORTS = {"http": 80, "https": 443}
# Mobile apps of these frameworks send such an origin, without a port.
APP_SCHEMES = ("capacitor", "ionic")
# Of whatever app it is: its pages lie in the phone, which gives them one of these origins.
EVERY_APPS = tuple(f"{scheme}://localhost" for scheme in ("http", "https", *APP_SCHEMES))
MAX_LENGTH = 270  # "https://" + a host name of 253 + ":65535", rounded up

_ORIGIN = re.compile(
    r"(https?|capacitor|ionic)://(\[[0-9a-f:.]+\]|[^\s/\\:@?#\[\]%]+)(?::([0-9]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)

# Browsers keep these four (UTS #46); Python's IDNA 2003 codec would turn them into the name of
# another host.
_AMBIGUOUS = frozenset("ßς\u200c\u200d")

SUBDOMAINS = "Names below a host are included by include_subdomains, not by a star."


class BadOrigin(ValueError):
    """The text is not a web origin; the message says why, for the person who typed it."""


class Origin(NamedTuple):
    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return self.scheme + "://" + self.host + self._port_suffix

    @property
    def _port_suffix(self) -> str:
        return "" if self.port == DEFAULT_PORTS.get(self.scheme, 0) else f":{self.port}"

    @property
    def is_address(self) -> bool:
        return self.host.startswith("[") or self.host.rpartition(".")[2].isdigit()

    @property
    def is_of_every_app(self) -> bool:
        return str(self) in EVERY_APPS

    @property
    def can_have_subdomains(self) -> bool:
        """A top-level domain or a bare name belongs to nobody; an address has no subdomains."""
        return "." in self.host and not self.is_address

    def parents(self) -> Iterator[Origin]:
        """The origins that would cover this one with their subdomains; the nearest first."""
        host = self.host
        while not self.is_address and "." in (host := host.partition(".")[2]):
            yield self._replace(host=host)

    def covers(self, other: Origin, include_subdomains: bool) -> bool:
        return other == self or (include_subdomains and self in other.parents())


def parse(text: str) -> Origin:
    """The origin as browsers serialise it (RFC 6454 section 6.2). Raises BadOrigin."""
    if len(text) > MAX_LENGTH:
        raise BadOrigin("The origin is too long.")
    match = _ORIGIN.fullmatch(text)
    if "*." in text:
        raise BadOrigin(SUBDOMAINS)
    if match is None:
        raise BadOrigin(
            "An origin is a scheme, a host and at most a port, like https://www.example.com, or "
            "capacitor://localhost of an app."
        )
    scheme = match[1].lower()
    if scheme in APP_SCHEMES and match[3]:
        raise BadOrigin("The origin of an app has no port.")
    port = int(match[3]) if match[3] else DEFAULT_PORTS.get(scheme, 0)
    if match[3] and not 0 < port < 65536:
        raise BadOrigin("The port lies between 1 and 65535.")
    return Origin(scheme, _normalise_host(match[2]), port)


def suggested(text: str) -> Origin | None:
    """The origin that was probably meant by a whole address, or by a host alone."""
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        scheme, rest = "https", scheme
    host = re.split(r"[/?#\\\s]", rest.lstrip("/"), maxsplit=1)[0].rpartition("@")[2].rstrip(".:")
    host = host.removeprefix("*.")
    try:
        origin = parse(f"{scheme}://{host}".lower())
    except BadOrigin:
        return None
    return origin if origin.can_have_subdomains or separator else None


def _normalise_host(text: str) -> str:
    if text.startswith("["):
        return _normalise_ipv6(text[1:-1])
    # Browsers keep the dot that ends an absolute name, and reach the same host.
    host = _to_ascii(text).removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadOrigin("The host is not a valid name.")
    # Browsers read such a host as an IPv4 address.
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]):
        return _normalise_ipv4(host)
    return host


def _to_ascii(text: str) -> str:
    if text.isascii():
        return text.lower()
    if not _AMBIGUOUS.isdisjoint(text):
        raise BadOrigin(
            "Write this host name in its xn-- form: one of its letters is read in two ways."
        )
    try:
        return text.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise BadOrigin(
            "The host is not a valid international name; write it in its xn-- form."
        ) from error


def _normalise_ipv4(host: str) -> str:
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError as error:
        raise BadOrigin("The host is not a valid IPv4 address.") from error


def _normalise_ipv6(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError as error:
        raise BadOrigin("The host is not a valid IPv6 address.") from error
    if address.ipv4_mapped is not None:
        raise BadOrigin("Write the IPv4 address itself.")
    return f"[{address.compressed}]"
