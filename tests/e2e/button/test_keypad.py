"""The keypad of the button: when it is there, by mouse, keyboard and finger; and the second try."""

from __future__ import annotations

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from tests.e2e.button.test_calls import dialled, talking

FINGER = 44  # pixels
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def keypad(page) -> Locator:
    return page.element.get_by_role("group", name="Keypad")


def key(page, name: str) -> Locator:
    return keypad(page).get_by_role("button", name=name, exact=True)


def sends(visitor, call, *digits: str) -> None:
    for digit in digits:
        tone = visitor.receives("sendDtmf")
        assert tone == {"callId": call.asked["callId"], "type": "RFC2833", "dtmf": digit}


@pytest.fixture
def with_keypad(visit):
    def open_page(**options):
        page = visit(**options)
        page.opens(page.tag(keypad="true")).notes_events()
        return page

    return open_page


def test_it_is_there_while_people_talk(with_keypad, wcs):
    page = with_keypad()
    visitor, call = dialled(page, wcs)
    call.becomes("RING")
    page.is_in_state("ringing")
    expect(keypad(page)).to_have_count(0)

    call.becomes("ESTABLISHED")
    expect(keypad(page).get_by_role("button")).to_have_count(12)
    key(page, "7").click()
    key(page, "star").click()
    key(page, "hash").click()
    sends(visitor, call, "7", "*", "#")
    call.becomes("FINISH")
    expect(keypad(page)).to_have_count(0)


def test_without_the_attribute_there_is_none(page, wcs):
    visitor, _call = talking(page, wcs)

    expect(keypad(page)).to_have_count(0)
    page.page.keyboard.press("5")
    page.button.click()
    visitor.receives("hangup")


def test_keys_may_be_typed_and_go_out_slowly(with_keypad, wcs):
    page = with_keypad()
    visitor, call = talking(page, wcs)
    page.button.focus()
    started = time.monotonic()
    page.page.keyboard.type("12a#")
    page.page.keyboard.press("Control+3")
    page.page.keyboard.press("9")

    sends(visitor, call, "1", "2", "#", "9")
    assert time.monotonic() - started > 0.6
    key(page, "5").focus()
    page.page.keyboard.press("Enter")
    sends(visitor, call, "5")


def test_after_sixty_tones_it_is_used_up(with_keypad, wcs):
    page = with_keypad()
    page.page.clock.install()
    visitor, call = talking(page, wcs)
    page.button.focus()
    page.page.keyboard.type("1" * 61)
    page.page.clock.run_for(60 * 250)

    sends(visitor, call, *"1" * 60)
    expect(key(page, "1")).to_be_disabled()
    page.button.click()
    visitor.receives("hangup")


def test_fingers_and_screen_readers_can_use_it(with_keypad, wcs):
    page = with_keypad(**PHONE)
    visitor, call = talking(page, wcs)

    for number in range(12):
        box = keypad(page).get_by_role("button").nth(number).bounding_box()
        assert min(box["width"], box["height"]) >= FINGER
    key(page, "0").tap()
    sends(visitor, call, "0")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    axe = Axe().run(page.page, {"include": [["clickhook-button"]]})
    found = [one["id"] for one in axe.response["violations"]]
    assert set(found) <= {"region"}  # of the customer's page, which has no landmarks


def test_a_second_try_goes_over_the_same_connection(visit, wcs):
    page = visit()
    page.notes_microphones()
    page.opens(page.tag(retry="once")).notes_events()
    visitor, call = dialled(page, wcs)
    call.becomes("RING")
    call.becomes("BUSY")
    page.says("Nobody could take the call. Trying once more …")

    second = visitor.calls()
    assert second.asked["callId"] != call.asked["callId"]
    second.becomes("RING")
    second.becomes("ESTABLISHED")
    page.is_in_state("talking")
    assert page.microphones == ["live"]
    second.becomes("FINISH")
    page.is_in_state("ended")
    assert page.microphones == ["ended"]
    states = [name for name, _detail in page.events]
    assert states == ["connecting", "ringing", "connecting", "ringing", "talking", "ended"]


def test_it_tries_once_more_and_not_twice(visit, wcs):
    page = visit()
    page.opens(page.tag(retry="once"))
    visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    visitor.calls().becomes("BUSY")

    page.says("The line is busy. Please try again later.")
    page.is_in_state("busy")
    assert wcs.nobody_came()


def test_whoever_hangs_up_before_the_second_try_makes_none(visit, wcs):
    page = visit()
    page.opens(page.tag(retry="once"))
    visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    page.says("Nobody could take the call. Trying once more …")
    page.button.click()

    visitor.receives("gone")
    page.is_in_state("ended")


def test_without_the_attribute_it_does_not_try_again(page, wcs):
    visitor, call = dialled(page, wcs)
    call.becomes("BUSY")

    visitor.receives("gone")
    page.is_in_state("busy")
