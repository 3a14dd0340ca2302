"""The URL of a WCS's REST API, in one form. Only the standard library is needed here."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 500  # characters


class BadRestApiUrl(ValueError):
    """The text is no URL of a REST API; the message says why."""


def parse_rest_api_url(text: str) -> str:
    """Without a final slash. Raises BadRestApiUrl."""
    url = text.strip().rstrip("/")
    if len(url) > LONGEST or any(ord(character) <= 32 for character in url):
        raise BadRestApiUrl("One URL without spaces, like https://wcs.example:8444/rest-api.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadRestApiUrl("The host or the port cannot be read.") from None

    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise BadRestApiUrl("A URL with http or https and a host.")
    if parts.username is not None or parts.password is not None:
        raise BadRestApiUrl("User and password have fields of their own; leave them out here.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise BadRestApiUrl("A URL without ? and #.")
    return url
