"""The web sites, one server for all host names: a page with the button, and an empty one."""

from __future__ import annotations

import functools
import html
import http.server
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

from clickhook.button import websdk

# The page notes what its own analytics would: the button's events.
_PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="data:,"></head>
<body><h1>{title}</h1><script src="/notes.js"></script>{body}</body></html>"""
_NOTES = """window.notes = [];
for (const name of ["connecting", "ringing", "talking", "ended", "busy", "refused", "failed"])
  addEventListener(`clickhook:${name}`, (event) => notes.push({state: name, ...event.detail}));
"""


class Pages:
    def __init__(self, gateway: str) -> None:
        handler = functools.partial(_Handler, gateway)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )
        self._thread.start()

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    @staticmethod
    def with_button(
        origin: str, wcs: str, callee: str | None, lang: str = "en", more: str = ""
    ) -> str:
        """`more` attributes, as they stand in the script tag."""
        given = {"wcs": wcs, "lang": lang, "more": more, **({"callee": callee} if callee else {})}
        return f"{origin}/button?{urlencode(given)}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, gateway: str, *arguments: object) -> None:
        self.gateway = gateway
        super().__init__(*arguments)  # type: ignore[arg-type]  # the server's own

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/notes.js":
            return self._send("text/javascript", _NOTES)
        if url.path == "/script":
            return self._send("text/javascript", f"// {query['text']}")
        if url.path == "/button":
            callee = f' data-callee="{html.escape(query["callee"])}"' if "callee" in query else ""
            wcs = html.escape(query["wcs"])
            source = f"{self.gateway}/button.js"
            more = query.get("more", "")
            tag = f'<script src="{source}" data-wcs="{wcs}"{callee} {more} async></script>'
            return self._send(
                "text/html",
                _PAGE.format(title="A customer", lang=query["lang"], body=tag),
                self._policy(query),
            )
        sdk = f'<script src="{self.gateway}/{websdk.URL_PATH}"></script><div id="sound"></div>'
        return self._send("text/html", _PAGE.format(title="A console", lang="en", body=sdk))

    def _policy(self, query: dict[str, str]) -> str:
        """The page may load and connect to nothing else."""
        gives_tickets = "data-tickets" in query.get("more", "")
        connects = f"{query['wcs']} 'self' {self.gateway}" if gives_tickets else query["wcs"]
        return (
            f"default-src 'none'; script-src 'self' {self.gateway}; connect-src {connects};"
            " img-src data:; base-uri 'none'; form-action 'none'"
        )

    def _send(self, content_type: str, text: str, policy: str = "") -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass
