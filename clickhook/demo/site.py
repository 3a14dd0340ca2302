"""The demo's web site: the customer's page, and the way into the admin."""

from __future__ import annotations

import functools
import hmac
import html
import http.server
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

PAGE = Path(__file__).with_name("page")
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self' {gateway}; connect-src {gateway} {wcs}; "
    "worker-src blob:; style-src 'self'; "
    "img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Content:
    gateway: str
    wcs: str
    tickets: str  # the customer's key, by which the button asks for a ticket
    key: str = field(
        repr=False
    )  # stands in the address that the demo prints: whoever has it is shown the admin
    sign_in: Callable[[], str] = field(repr=False)  # begins a session of the admin


class Site:
    def __init__(self, port: int) -> None:
        """Raises OSError where the port is taken."""
        self._server = _Server(("127.0.0.1", port), _Nothing)
        self.origin = f"http://localhost:{self._server.server_address[1]}"

    def open(self, content: Content) -> None:
        self._server.RequestHandlerClass = functools.partial(_Handler, content)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser may leave in the middle of an answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Nothing(http.server.BaseHTTPRequestHandler):
    """While the rest is being started."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, content: Content, *arguments: Any) -> None:
        self._content = content
        super().__init__(*arguments)

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        key = parse_qs(url.query).get("key", [""])[0]
        if url.path == "/admin":
            return self._let_in(key)
        file = PAGE / ("index.html" if url.path == "/" else Path(url.path).name)
        if file.suffix not in _TYPES or not file.is_file():
            return self.send_error(HTTPStatus.NOT_FOUND)
        text = file.read_text()
        for name, value in {
            "gateway": self._content.gateway,
            "wcs": self._content.wcs,
            "tickets": self._content.tickets,
            "key": key,
        }.items():
            text = text.replace(f"{{{{ {name} }}}}", html.escape(value))
        return self._send(
            HTTPStatus.OK, text, {"Content-Type": f"{_TYPES[file.suffix]}; charset=utf-8"}
        )

    def _let_in(self, key: str) -> None:
        """A cookie knows no port: set for this site, it is the admin's too."""
        if not hmac.compare_digest(key.encode(), self._content.key.encode()):
            return self.send_error(
                HTTPStatus.FORBIDDEN, "Open the page by the address that the demo has printed."
            )
        cookie = f"sessionid={self._content.sign_in()}; Path=/; HttpOnly; SameSite=Lax"
        headers = {"Location": f"{self._content.gateway}/admin/hooks/call/", "Set-Cookie": cookie}
        return self._send(HTTPStatus.FOUND, "", headers)

    def _send(self, status: HTTPStatus, text: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header(
            "Content-Security-Policy",
            _POLICY.format(gateway=self._content.gateway, wcs=self._content.wcs),
        )
        self.send_header("Referrer-Policy", "no-referrer")  # the address holds the key
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: a request's line may hold the key."""
