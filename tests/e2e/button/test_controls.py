"""What the visitor has at hand in a call: mute, the level of their microphone, the devices."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.button.test_calls import dialled, talking

# Before the page: keeps the connections that it makes, and notes what each sender sends.
NOTES_CONNECTIONS = """
document.connections = [];
const Native = RTCPeerConnection;
window.RTCPeerConnection = class extends Native {
    constructor(...given) { super(...given); document.connections.push(this); }
};
"""
SENT = """() => {
    const { track } = document.connections[0].getSenders()[0];
    return [track.enabled, track.readyState, track.getSettings().deviceId];
}"""
LEVELS = """async (element) => {
    const meter = element.shadowRoot.querySelector("meter");
    const levels = [];
    for (let look = 0; look < 15; look++) {
        levels.push(meter.value);
        await new Promise((tell) => setTimeout(tell, 100));
    }
    return levels;
}"""


def control(page, name: str) -> Locator:
    return page.element.get_by_role("button", name=name, exact=True)


def sent(page) -> list:
    return page.page.evaluate(SENT)


def test_mute_sends_silence_and_shows_it(visit, wcs):
    page = visit()
    page.page.add_init_script(NOTES_CONNECTIONS)
    page.opens().notes_events()
    visitor, call = dialled(page, wcs)
    call.becomes("RING")
    control(page, "Mute").click()
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    expect(control(page, "Unmute")).to_be_visible()
    assert sent(page)[0] is False
    assert max(page.element.evaluate(LEVELS)[5:]) == 0

    control(page, "Unmute").press("Enter")
    assert sent(page)[:2] == [True, "live"]
    assert max(page.element.evaluate(LEVELS)) > 0.3
    call.becomes("FINISH")
    page.is_in_state("ended")
    expect(control(page, "Mute")).to_have_count(0)
    assert sent(page)[1] == "ended"
    muted = [detail for name, detail in page.events if name == "muted"]
    assert muted == [{"muted": True}, {"muted": False}]


def test_the_level_is_calm_for_those_who_wish_it(visit, wcs):
    page = visit(reduced_motion="reduce")
    page.opens()
    talking(page, wcs)
    levels = page.element.evaluate(LEVELS)
    changes = sum(one != other for one, other in zip(levels, levels[1:], strict=False))
    assert changes <= 2  # of 15 looks in 1.5 s
    expect(page.element.get_by_role("meter", name="Level of your microphone")).to_be_visible()


def test_without_an_audio_context_the_call_goes_on(visit, wcs):
    page = visit()
    page.page.add_init_script(
        "window.AudioContext = class { constructor() { throw new Error('too many') } };"
    )
    page.opens()
    talking(page, wcs)
    assert any("no level of the microphone" in line for line in page.console)


@pytest.fixture
def choosing(visit):
    """A page that lets its visitors choose their devices; Chromium has some that are not real."""

    def open_page(devices: str = "true", **options):
        page = visit(**options)
        page.notes_microphones()
        page.page.add_init_script(NOTES_CONNECTIONS)
        page.opens(page.tag(devices=devices)).notes_events()
        return page

    return open_page


def choices(page, name: str = "Microphone") -> Locator:
    box = page.element.get_by_role("combobox", name=name)
    if not box.is_visible():
        page.element.get_by_text("Microphone and speaker", exact=True).click()
    expect(box.locator("option").nth(1)).to_be_attached()
    return box


def test_a_microphone_is_chosen_before_the_call(choosing, wcs):
    page = choosing()
    box = choices(page)
    names = box.locator("option").all_inner_texts()
    assert names[0] == "Default"
    assert len(names) >= 3
    wanted = box.locator("option").nth(2).get_attribute("value")
    box.select_option(wanted)
    assert set(page.microphones) <= {"ended"}  # it was open only to learn the names

    talking(page, wcs)
    assert sent(page) == [True, "live", wanted]
    assert page.page.evaluate("localStorage.length") == 0


def test_a_microphone_is_changed_in_the_call(choosing, wcs):
    page = choosing()
    visitor, _call = talking(page, wcs)
    before = sent(page)[2]
    box = choices(page)
    wanted = next(
        value
        for value in box.locator("option").evaluate_all("all => all.map(({value}) => value)")
        if value not in {"", before}
    )
    control(page, "Mute").click()
    box.select_option(wanted)

    page.page.wait_for_function(f"({SENT})()[2] === '{wanted}'")
    assert sent(page)[:2] == [False, "live"]  # muted as before
    control(page, "Unmute").click()
    assert sent(page)[0] is True
    assert max(page.element.evaluate(LEVELS)) > 0.3
    assert "catch" not in page.page.evaluate("String(RTCPeerConnection.prototype.addTrack)")
    page.button.click()
    visitor.receives("hangup")
    page.is_in_state("ended")
    assert set(page.microphones) == {"ended"}
    assert sent(page)[1] == "ended"


def test_a_device_that_fails_leaves_the_call_as_it_was(choosing, wcs):
    page = choosing()
    talking(page, wcs)
    box = choices(page)
    page.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('by the test', 'NotReadableError') } }"
    )
    box.select_option(index=2)

    page.says("No microphone can be used. Please connect one, then call again.")
    page.is_in_state("talking")
    assert sent(page)[:2] == [True, "live"]


def test_the_speaker_is_chosen_too(choosing, wcs):
    page = choosing()
    page.page.evaluate(
        "() => { HTMLMediaElement.prototype.setSinkId = async (id) => { document.sink = id } }"
    )
    box = choices(page, "Speaker")
    first, second = box.locator("option").evaluate_all("all => all.map(({value}) => value)")[1:3]
    box.select_option(first)
    talking(page, wcs)
    assert page.page.evaluate("document.sink") == first
    choices(page, "Speaker").select_option(second)
    page.page.wait_for_function(f"document.sink === '{second}'")


def test_the_choice_is_remembered_where_the_page_says_so(choosing, wcs):
    page = choosing("remember")
    box = choices(page)
    wanted = box.locator("option").nth(2).get_attribute("value")
    box.select_option(wanted)
    page.page.reload()
    page.page.wait_for_selector("clickhook-button")

    talking(page, wcs)
    assert sent(page)[2] == wanted


@pytest.mark.parametrize(
    "stored", ["{", "5", "null", '{"microphone": 5}', '{"microphone": "gone"}']
)
def test_nonsense_that_was_stored_is_the_default(choosing, wcs, stored):
    page = choosing("remember")
    page.page.evaluate("text => localStorage.setItem('clickhook-devices', text)", stored)
    page.page.reload()
    page.page.wait_for_selector("clickhook-button")

    talking(page, wcs)
    assert sent(page)[:2] == [True, "live"]


def test_a_blocked_microphone_has_no_choice(choosing):
    page = choosing(microphone=False)
    page.element.get_by_text("Microphone and speaker", exact=True).click()
    page.says("The microphone is blocked. Allow it for this page in your browser, then call again.")
    expect(page.element.get_by_role("combobox")).to_have_count(0)


def test_without_the_attribute_there_is_no_choice(page):
    expect(page.element.get_by_text("Microphone and speaker")).to_have_count(0)
