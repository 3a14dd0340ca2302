"""The second try of the button reaches the fallback, with the sound of the visitor's microphone."""

from __future__ import annotations

from tenants.models import Callee
from tests.e2e.browser import Button
from tests.e2e.rows import TALKED


def test_the_button_tries_again_by_itself_once(stage, pages, chromium):
    Callee.objects.filter(alias="busy").update(fallback=["support"])
    stage.phone("busy"), stage.phone("support")
    origin, more = pages.origin("www.acme.localhost"), 'data-retry="once"'
    url = pages.with_button(origin, stage.wcs().url, "busy", more=more)
    caller = Button(chromium, url)
    stage.callers.append(caller)
    caller.dial()
    caller.wait("talking")

    states = [note["state"] for note in caller.notes]
    assert states == ["connecting", "ringing", "connecting", "ringing", "talking"]
    stage.heard("support", call="hears")  # the microphone serves the second call too
    stage.ends_with("busy: *", f"busy: {TALKED}")
