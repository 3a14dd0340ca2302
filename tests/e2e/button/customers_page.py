"""A page of a customer in the browser, with the button on it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect


class Site:
    """The customer's web server. Chromium lets only a local page load from a local gateway."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.files: dict[str, str] = {}  # by path; "/" is the page
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path in site.files else 404)
                kind = {".js": "text/javascript", ".css": "text/css"}.get(
                    Path(self.path).suffix, "text/html"
                )
                for name, value in {"Content-Type": kind, **site.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(site.files.get(self.path, "").encode())

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        # A secure context, so it may have the microphone.
        return f"http://www.acme.localhost:{self._server.server_port}/"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class CustomersPage:
    def __init__(self, context: BrowserContext, site: Site, gateway: str, wcs: str) -> None:
        self.page: Page = context.new_page()
        self.site = site
        self.gateway, self.wcs = gateway, wcs
        self.console: list[str] = []
        self.page.on(
            "console", lambda message: self.console.append(f"{message.type}: {message.text}")
        )
        self.page.on("pageerror", lambda error: self.console.append(f"pageerror: {error}"))

    def opens(
        self, body: str = "", *, language: str = "en", policy: str = "", head: str = ""
    ) -> CustomersPage:
        meta = (
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><link '
            'rel="icon" href="data:,">'
        )
        self.site.files["/"] = (
            "<!DOCTYPE html><html "
            f'lang="{language}"><head>{meta}{head}</head><body>{body or self.tag()}</body>'
        )
        self.site.headers = {"Content-Security-Policy": policy} if policy else {}
        self.page.goto(self.site.address)
        return self

    def tag(self, **attributes: str) -> str:
        """The script tag, with `callee="sales"` for data-callee and so on; "" leaves one out."""
        given = {
            "wcs": self.wcs,
            "callee": "sales",
            **{name.replace("_", "-"): value for name, value in attributes.items()},
        }
        text = " ".join(f'data-{name}="{value}"' for name, value in given.items() if value)
        return f'<script src="{self.gateway}/button.js" {text} async></script>'

    @property
    def element(self) -> Locator:
        return self.page.locator("clickhook-button")

    @property
    def button(self) -> Locator:
        """The one to call with; the keypad has buttons too."""
        return self.element.get_by_role("button").and_(self.page.locator(".clickhook-button"))

    def says(self, sentence: str) -> None:
        expect(self.element.get_by_role("status")).to_have_text(sentence)

    def is_in_state(self, state: str) -> None:
        expect(self.element).to_have_attribute("data-state", state)

    def notes_events(self) -> None:
        names = ["connecting", "ringing", "talking", "ended", "busy", "refused", "failed", "muted"]
        self.page.evaluate(
            """names => {
                const note = ({type, detail, target}) =>
                    document.noted.push([type, detail, target.localName]);
                document.noted = [];
                names.forEach((name) => document.addEventListener("clickhook:" + name, note));
            }""",
            names,
        )

    @property
    def events(self) -> list[tuple[str, Any]]:
        noted = self.page.evaluate("document.noted")
        assert {target for _name, _detail, target in noted} <= {"clickhook-button"}
        return [(name.removeprefix("clickhook:"), detail) for name, detail, _target in noted]

    def notes_microphones(self) -> None:
        """Before it opens: keeps every stream that the page gets."""
        self.page.add_init_script(
            """document.streams = [];
            const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (wish) => {
                const stream = await ask(wish);
                document.streams.push(stream);
                return stream;
            };"""
        )

    @property
    def microphones(self) -> list[str]:
        return self.page.evaluate(
            "document.streams.flatMap((stream) => stream.getTracks().map((track) => "
            "track.readyState))"
        )

    def has_no_microphone(self, error: str) -> None:
        """Before it opens: asking for it ends in this DOMException."""
        self.page.add_init_script(
            f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('by the "
            f"test', '{error}'); }};"
        )
