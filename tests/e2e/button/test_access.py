"""The button by keyboard, with a screen reader, on a phone, in the dark, and without movement."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import dialled, talking

CONTRAST = """(element) => {
    const light = (text) => {
        const [r, g, b] = text.match(/[\\d.]+/g).map((part) => part / 255)
            .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const { color, backgroundColor } = getComputedStyle(element);
    const [high, low] = [light(color), light(backgroundColor)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
}"""


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_call_by_keyboard_alone(visit, wcs, key):
    page = visit().opens()
    expect(page.button).to_be_visible()
    page.page.keyboard.press("Tab")
    page.page.keyboard.press(key)
    visitor = wcs.visitor()
    visitor.is_accepted()
    call = visitor.calls()
    call.becomes("RING")
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    expect(page.button).to_be_focused()
    page.page.keyboard.press(key)
    visitor.receives("hangup")
    expect(page.button).to_be_focused()


def test_a_key_held_down_makes_one_call(visit, wcs):
    page = visit().opens()
    page.button.focus()
    for _repeat in range(4):  # an even number: start, hang up, start, hang up
        page.page.keyboard.down("Enter")
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("RING")
    page.is_in_state("ringing")
    assert wcs.nobody_came()


def test_the_focus_is_seen(visit):
    page = visit().opens()
    expect(page.button).to_be_visible()
    page.page.keyboard.press("Tab")
    expect(page.button).to_have_css("outline-style", "solid")
    expect(page.button).to_have_css("outline-width", "2px")


def test_what_a_screen_reader_is_told(visit, wcs):
    page = visit().opens()
    expect(page.element).to_match_aria_snapshot('- button "Call us"\n- status')
    talking(page, wcs)
    expect(page.element).to_match_aria_snapshot(
        '- button "Hang up"\n- status: You are connected.\n- timer: /\\d:\\d\\d/'
    )
    expect(page.button).to_have_accessible_description("You are connected.")
    expect(page.element.get_by_role("timer")).to_have_attribute("aria-live", "off")
    expect(page.element.get_by_role("status").get_by_role("timer")).to_have_count(0)


def test_the_contrast_suffices_in_every_colour(visit, wcs):
    page = visit()
    page.page.emulate_media(reduced_motion="reduce")  # no colour on its way to another
    page.opens(page.tag() + page.tag(wcs=""))
    expect(page.button.nth(1)).to_be_visible()
    grey = page.button.nth(1).evaluate(CONTRAST)
    page.element.nth(1).evaluate("element => element.remove()")
    green = page.button.evaluate(CONTRAST)
    dialled(page, wcs)
    page.is_in_state("connecting")
    red = page.button.evaluate(CONTRAST)
    assert min(grey, green, red) >= 4.5
    assert len({grey, green, red}) == 3


def test_nothing_moves_for_those_who_wish_it(visit, wcs):
    page = visit()
    page.opens()
    dialled(page, wcs)
    moves = (
        "element => element.shadowRoot.getAnimations().some((animation) => "
        "animation.animationName === 'clickhook-ring')"
    )
    assert page.element.evaluate(moves)
    page.page.emulate_media(reduced_motion="reduce")
    assert not page.element.evaluate(moves)


def test_it_fits_a_phone(visit):
    page = visit(viewport={"width": 390, "height": 700})
    page.opens(
        page.tag(label="Rufen Sie unsere Beraterinnen und Berater an") + page.tag(wcs=""),
        language="de",
    )
    expect(page.button.nth(0)).to_be_visible()
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.button.nth(0).bounding_box()["height"] >= 44
