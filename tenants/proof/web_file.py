"""GET https://<host>/.well-known/clickhook: few bytes, few seconds, one host, no redirect."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass, field
from http.client import HTTPException

from urllib3.exceptions import HTTPError

from tenants.deadline import Deadline
from tenants.pinned_connection import connect_pinned
from tenants.public_addresses import NotPublic, Resolve, public_addresses, resolve

PATH = "/.well-known/clickhook"
LONGEST = 4096  # bytes
ANSWER_WITHIN = 5.0  # seconds, connecting included
HTTPS_PORT = 443
_OURS = {"User-Agent": "clickhook", "Accept": "text/plain", "Connection": "close"}


@dataclass(frozen=True, slots=True)
class WebSite:
    """How a web site is reached; each field is what the network would give."""

    resolve: Resolve = resolve
    port: int = HTTPS_PORT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def look(self, host: str, text: str) -> str:
        """Why the text does not stand there; empty where it does."""
        name = host.strip("[]")
        try:
            address = public_addresses(name, self.resolve)[0]
            status, content = self._fetch(name, host, address)
        except NotPublic as error:
            return str(error)
        except ssl.SSLCertVerificationError:
            return f"{host} has no valid TLS certificate of its name."
        except (OSError, HTTPError, HTTPException, ValueError):
            return f"{host} did not answer a request by https within {ANSWER_WITHIN:.0f} seconds."
        return _judge(f"https://{host}{PATH}", text, status, content)

    def _fetch(self, name: str, host: str, address: str) -> tuple[int, bytes]:
        """The address is the one that was looked at: the name is not resolved again."""
        deadline = Deadline(ANSWER_WITHIN)
        connection = connect_pinned(
            "https", name, address, self.port, self.context, deadline.remaining
        )
        with contextlib.closing(connection):
            connection.timeout = deadline.remaining
            with deadline.over(connection.sock):
                named = host if self.port == HTTPS_PORT else f"{host}:{self.port}"
                headers = {"Host": named, **_OURS}
                connection.request("GET", PATH, headers=headers, preload_content=False)
                response = connection.getresponse()
                return response.status, response.read(LONGEST, decode_content=False)


def _judge(address: str, text: str, status: int, content: bytes) -> str:
    if 300 <= status < 400:
        return f"{address} redirects: the file must stand there itself."
    if status != 200:
        return f"{address} answers {status}."
    lines = content.decode("utf-8", "replace").splitlines()
    if text not in (line.strip() for line in lines):
        return f"{address} does not hold our line."
    return ""
