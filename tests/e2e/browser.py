"""A visitor with Chromium: their clicks, and everything that comes to their browser."""

from __future__ import annotations

import wave
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from clickhook.button import websdk
from clickhook.demo.phone.sound import FRAME, RATE, tone

PAGE_WITHIN_MILLISECONDS = 15_000
VOICE = 660  # hertz: what the browser's microphone picks up
# What stands in the shadow roots, the button's too, is no part of the page's content to a browser.
SHADOWS = (
    "[...document.querySelectorAll('*')].map((element) => element.shadowRoot?.innerHTML ?? "
    "'').join('')"
)

# What the SDK asks its browser for after connecting and before calling.
HOLD_OFFER = """() => {
  const offer = RTCPeerConnection.prototype.createOffer;
  RTCPeerConnection.prototype.createOffer = async function (...given) {
    await new Promise((resolve) => { window.goOn = resolve; });
    return offer.apply(this, given);
  };
}"""


def voice(file: Path) -> None:
    """In bursts: the browser's noise suppression eats a tone without an end."""
    burst = b"".join(islice(tone(VOICE, 12000), 20)) + bytes(2 * FRAME * 10)
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(burst * 20)


class Visit:
    """A page, and all that its browser has got or written: frames, answers, console, content."""

    def __init__(self, browser: Browser, url: str, script: str = "") -> None:
        """`script` runs before the page's own."""
        self._context = browser.new_context(permissions=["microphone"])
        self._context.add_init_script(script or "null")
        self._url = url
        self._heard: list[str] = []
        self.console: list[str] = []
        self.page = self._open()

    @property
    def everything(self) -> str:
        return "\n".join(self._heard + self.console)

    def leave(self) -> None:
        if not self.page.is_closed():
            self._heard += [self.page.content(), self.page.evaluate(SHADOWS)]
            self.page.close()
            self._context.close()

    def _open(self) -> Page:
        page = self._context.new_page()
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("websocket", self._listen)
        page.on("requestfinished", lambda request: self._read(request))
        page.goto(self._url)
        return page

    def _listen(self, socket: Any) -> None:
        socket.on("framereceived", lambda frame: self._heard.append(str(frame)))
        socket.on("framesent", lambda frame: self._heard.append(str(frame)))

    def _read(self, request: Any) -> None:
        answer = request.response()
        if answer and websdk.FILE not in request.url:  # 414 KB of the vendor's
            self._heard.append(str(answer.headers) + answer.text())


class Button(Visit):
    """The button that customers embed, on a customer's page."""

    def __init__(self, browser: Browser, url: str, script: str = "") -> None:
        super().__init__(browser, url, script)
        self._noted = 0

    @property
    def _element(self) -> Any:
        return self.page.locator("clickhook-button")

    def dial(self, meanwhile: Callable[[], object] | None = None) -> None:
        """`meanwhile` happens when it is connected and has not asked for the call yet."""
        self._noted = len(self.notes)
        if meanwhile:
            self.page.evaluate(HOLD_OFFER)
        self._element.get_by_role("button").first.click()
        if meanwhile:
            self.page.wait_for_function("() => window.goOn", timeout=PAGE_WITHIN_MILLISECONDS)
            meanwhile()
            self.page.evaluate("goOn()")

    def wait(self, state: str) -> None:
        self.page.wait_for_function(
            "([state, from]) => notes.slice(from).some((note) => note.state === state)",
            arg=[state, self._noted],
            timeout=PAGE_WITHIN_MILLISECONDS,
        )

    def hang_up(self) -> None:
        self._element.get_by_role("button").first.click()

    def press(self, keys: str) -> None:
        for key in keys:
            name = {"*": "star", "#": "hash"}.get(key, key)
            self._element.get_by_role("button", name=name, exact=True).click()

    def says(self, sentence: str) -> None:
        expect(self._element.get_by_role("status")).to_have_text(sentence)

    @property
    def notes(self) -> list[dict[str, Any]]:
        """The button's events, as the page's analytics got them."""
        return self.page.evaluate("notes")
