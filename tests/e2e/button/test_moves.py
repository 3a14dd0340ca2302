"""The button is moved about the page during a call: only a button that is removed hangs up."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import talking
from tests.e2e.button.test_embedding import ANSWER, IS_HEARD

MOVES = {
    "to the end": "(button) => document.body.appendChild(button)",
    "out and, microtasks later, in": """async (button) => {
        button.remove();
        for (let turn = 0; turn < 20; turn += 1) await null;
        document.body.prepend(button);
    }""",
    "with its parent": """(button) => {
        const frame = document.createElement("div");
        button.replaceWith(frame);
        frame.append(button);
        document.body.append(frame);
    }""",
    "into a dialog": """(button) => {
        const dialog = document.createElement("dialog");
        document.body.append(dialog);
        dialog.append(button);
        dialog.showModal();
    }""",
    "into a shadow root": """(button) => {
        const host = document.createElement("div");
        document.body.append(host);
        host.attachShadow({ mode: "open" }).append(button);
    }""",
    "into a drawing": """(button) => {
        const SVG = "http://www.w3.org/2000/svg";
        const drawing = document.createElementNS(SVG, "svg");
        const page = document.createElementNS(SVG, "foreignObject");
        for (const element of [drawing, page]) {
            element.setAttribute("width", "600");
            element.setAttribute("height", "200");
        }
        document.body.append(drawing);
        drawing.append(page);
        page.append(button);
    }""",
    "by moveBefore": "(button) => document.body.moveBefore(button, document.body.firstChild)",
    "out of sight and back": """(button) => {
        button.style.display = "none";
        button.getBoundingClientRect();
        button.style.display = "";
    }""",
}
# Two tasks later, a button that thinks it has been removed has hung up.
SETTLE = "() => new Promise((tell) => setTimeout(() => setTimeout(tell, 20), 20))"


@pytest.mark.parametrize("style", ["", "none"])
@pytest.mark.parametrize("move", MOVES)
def test_a_move_ends_no_call(page, wcs, move, style):
    page.opens(page.tag(style=style)).notes_events()

    def moves() -> None:
        page.element.evaluate(MOVES[move])
        page.page.evaluate(SETTLE)

    page.button.click()
    visitor = wcs.visitor()
    moves()
    page.is_in_state("connecting")
    visitor.is_accepted()
    call = visitor.calls()
    call.becomes("RING")
    page.is_in_state("ringing")
    moves()
    page.is_in_state("ringing")
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    moves()
    page.is_in_state("talking")
    assert visitor.received.empty()
    assert page.microphones == ["live"]

    page.button.click()
    visitor.receives("hangup")
    visitor.receives("gone")
    page.is_in_state("ended")
    names = page.page.evaluate("document.noted.map(([name]) => name.replace('clickhook:', ''))")
    assert names == ["connecting", "ringing", "talking", "ended"]
    assert page.microphones == ["ended"]


@pytest.mark.parametrize("move", ["to the end", "into a dialog", "out and, microtasks later, in"])
def test_the_sound_goes_on(page, wcs, move):
    visitor, call = talking(page, wcs)
    answer = page.page.evaluate(ANSWER, call.asked["sdp"])
    visitor.sends("setRemoteSDP", call.asked["callId"], answer, True)
    page.page.wait_for_function(IS_HEARD)
    page.element.evaluate(MOVES[move])
    page.page.evaluate(SETTLE)
    video = page.element.locator("video")
    assert video.evaluate("video => !video.paused")
    since = video.evaluate("video => video.currentTime")
    page.page.wait_for_function(
        "since => document.querySelector('clickhook-button').shadowRoot"
        ".querySelector('video').currentTime > since",
        arg=since,
    )


def test_the_sound_goes_on_after_a_longer_way(page, wcs):
    """The browser has paused it by then."""
    visitor, call = talking(page, wcs)
    answer = page.page.evaluate(ANSWER, call.asked["sdp"])
    visitor.sends("setRemoteSDP", call.asked["callId"], answer, True)
    page.page.wait_for_function(IS_HEARD)
    page.element.locator("video").evaluate("video => video.pause()")
    page.element.evaluate(MOVES["to the end"])
    page.page.wait_for_function(IS_HEARD)


@pytest.mark.parametrize(
    "removal",
    [
        "(button) => button.remove()",
        "(button) => button.parentNode.replaceChildren()",
        "(button) => { document.body.append(button); button.remove() }",
        "(button) => document.implementation.createHTMLDocument().body.append(button)",
    ],
)
def test_a_removed_button_hangs_up(page, wcs, removal):
    visitor, _call = talking(page, wcs)
    page.element.evaluate(removal)
    visitor.receives("hangup")
    visitor.receives("gone")
    assert page.microphones == ["ended"]


def test_a_button_that_comes_back_later_calls_again(page, wcs):
    visitor, _call = talking(page, wcs)
    page.page.evaluate(
        "(document.kept = document.querySelector('clickhook-button')).remove()",
    )
    visitor.receives("hangup")
    visitor.receives("gone")
    page.page.evaluate("document.body.append(document.kept)")
    page.is_in_state("ended")
    expect(page.button).to_have_text("Call us")
    talking(page, wcs)
