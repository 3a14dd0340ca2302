"""A stand-in for a WCS: posts hooks as one does, signed, on one kept connection."""

from __future__ import annotations

import json
import socket
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.parse import SplitResult, urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from hooks.wcs.model.answers import read_answer
from hooks.wcs.model.rest_client_config import Fields
from hooks.wcs.model.signature import authorization_header

TIMEOUT_SECONDS = 15.0  # WCS's own default, rest_request_timeout
_MAX_BYTES = 1024 * 1024


class BadUrl(ValueError):
    """The text is no address of a gateway."""


class Unreachable(Exception):
    """Nothing can be posted there at all; the message says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    milliseconds: float
    status: int | None = None  # None: no answer came
    answer: dict[str, Any] | None = field(default=None, repr=False)  # None: an error to WCS
    fault: str = ""  # what is wrong with it, in words


class StandIn:
    def __init__(self, base: str, key: str) -> None:
        """Raises BadUrl."""
        url = _parse_base(base)
        self.base = base.rstrip("/")
        self._host = url.netloc
        self._prefix = f"{url.path.rstrip('/')}/hooks/{key}/"
        connection = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._connection = connection(url.hostname or "", url.port, timeout=TIMEOUT_SECONDS)

    def post(self, method: str, fields: Fields, secret: str | None) -> Reply:
        """Raises Unreachable."""
        body = json.dumps(fields, ensure_ascii=False).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json;charset=UTF-8"}
        if secret is not None:
            headers["Authorization"] = authorization_header(secret, body)
        started = time.perf_counter()
        try:
            self._connection.request(
                "POST", self._prefix + method, body, headers, preload_content=False
            )
            response = self._connection.getresponse()
            content = response.read(_MAX_BYTES)
        except (OSError, HTTPException, HTTPError) as error:
            self._connection.close()
            cause = error.__cause__ if isinstance(error, HTTPError) else None
            fault = self._no_answer(method, cause or error)
            return Reply(_milliseconds_since(started), fault=fault)
        if len(content) == _MAX_BYTES:
            self._connection.close()  # more than WCS could want
        answer, fault = read_answer(
            method, response.status, response.headers.get("Content-Type", ""), content
        )
        return Reply(_milliseconds_since(started), response.status, answer, fault)

    def close(self) -> None:
        self._connection.close()

    def _no_answer(self, method: str, error: BaseException) -> str:
        """Raises Unreachable."""
        match error:
            case TimeoutError():
                waited = f"within {TIMEOUT_SECONDS:g} seconds"
                return f"No answer to {method} came {waited}, so WCS would give up."
            case socket.gaierror():
                raise Unreachable(f"The host name of {self.base} does not resolve.") from error
            case ssl.SSLCertVerificationError():
                reason = error.verify_message or "not trusted"
                raise Unreachable(
                    f"The certificate of {self._host} is not accepted ({reason}); WCS would refuse "
                    "it too."
                ) from error
            case ssl.SSLError():
                raise Unreachable(
                    f"No TLS connection to {self._host} ({error.reason or 'it ended'}): is it "
                    "http://?"
                ) from error
            case ConnectionRefusedError():
                raise Unreachable(
                    f"Nothing listens at {self.base}: start the gateway, or name its address with "
                    "--url."
                ) from error
            case HTTPException() | HTTPError() | ConnectionError():
                return f"The connection ended without an answer to {method} that WCS could read."
            case _:
                said = getattr(error, "strerror", None) or type(error).__name__
                raise Unreachable(f"{self.base} cannot be reached: {said}.") from error


def _parse_base(base: str) -> SplitResult:
    try:
        url = urlsplit(base)
        usable = (
            url.scheme in ("http", "https")
            and url.hostname
            and url.port != 0
            and not (url.query or url.fragment)
        )
    except ValueError:
        usable = False
    if not usable or "@" in url.netloc or not base.isascii() or any(sign <= " " for sign in base):
        raise BadUrl(f"{base!r} is no address like https://hooks.example.com")
    return url


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
