"""The TXT record `_clickhook.<host>`; without the optional library there is no such way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

try:
    import dns.exception
    import dns.resolver
except ImportError:
    HAS_RESOLVER = False
else:
    HAS_RESOLVER = True

ANSWER_WITHIN = 4.0  # seconds
MISSING = "This installation looks up no DNS records: install clickhook[dns]."
ReadTxt = Callable[[str], Sequence[str]]


class LookUpFailed(Exception):
    """The message says why."""


def record_name(host: str) -> str:
    return f"_clickhook.{host}"


def read_txt(name: str) -> Sequence[str]:
    """The texts of the records; none where there are none. Raises LookUpFailed."""
    if not HAS_RESOLVER:
        raise LookUpFailed(MISSING)
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=ANSWER_WITHIN, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise LookUpFailed(f"The name servers gave no answer for {name}.") from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def look(host: str, text: str, read: ReadTxt = read_txt) -> str:
    """Why no record holds the text; empty where one does."""
    name = record_name(host)
    try:
        texts = read(name)
    except LookUpFailed as error:
        return str(error)
    if text in (line.strip() for line in texts):
        return ""
    return f"{name} has other TXT records than ours." if texts else f"{name} has no TXT record."
