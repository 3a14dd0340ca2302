"""The button in Debian's Firefox: a whole call, strict policies, words, and its script API."""

from __future__ import annotations

import json

import jwt
import pytest

from tests.e2e.button.firefox import ENTER, TAB, Firefox
from tests.e2e.button.sound_card import sound_card
from tests.e2e.button.test_embedding import ANSWER, IS_HEARD, VIOLATIONS
from tests.e2e.button.test_own_words import HEBREW
from tests.e2e.button.test_trusted_types import DEMAND

ELEMENT = "document.querySelector('clickhook-button')"
INSIDE = f"{ELEMENT}.shadowRoot"
BUTTON = f"{INSIDE}.querySelector('.clickhook-button')"


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    with sound_card(tmp_path_factory.mktemp("sound")) as environment:
        running = Firefox(tmp_path_factory.mktemp("firefox"), environment)
        yield running
        running.stop()


@pytest.fixture
def opens(firefox, site, gateway, wcs):
    """Opens a page with the button, under the strictest policy that it can live with."""

    def open_page(*, direction: str = "ltr", language: str = "en", **attributes: str) -> Firefox:
        address = f"http://127.0.0.1:{gateway.port}"
        given = {"wcs": wcs.url, "callee": "sales", **attributes}
        text = " ".join(f'data-{name}="{value}"' for name, value in given.items())
        site.headers = {
            "Content-Security-Policy": (
                f"default-src 'none'; script-src {address} {site.address}; style-src 'none'; "
                f"connect-src {wcs.url} {site.address} {address}; worker-src blob:; "
                f"img-src data:; {DEMAND} clickhook"
            )
        }
        site.files["/watch.js"] = VIOLATIONS
        site.files["/"] = (
            f'<!DOCTYPE html><html lang="{language}" dir="{direction}"><head>'
            '<meta charset="utf-8"><link rel="icon" href="data:,"><script src="/watch.js"></script>'
            f'</head><body><script src="{address}/button.js" {text} async></script></body>'
        )
        firefox.opens(site.address)
        firefox.waits_for(f"{ELEMENT}?.dataset.state")
        return firefox

    return open_page


def is_in_state(firefox: Firefox, state: str) -> None:
    firefox.waits_for(f"{ELEMENT}.dataset.state === '{state}'")


def said(firefox: Firefox, name: str = ".clickhook-status") -> str:
    return firefox.evaluate(f"{INSIDE}.querySelector('{name}').textContent")


def violations(firefox: Firefox) -> list[str]:
    return firefox.evaluate("document.violations ?? []")


def test_a_call_with_sound_under_strict_policies(opens, wcs):
    firefox = opens()
    firefox.evaluate(
        "(addEventListener('clickhook:quality', (event) => document.sample = event.detail), 1)"
    )
    firefox.clicks(BUTTON)
    visitor = wcs.visitor()
    visitor.is_accepted()
    call = visitor.calls()
    call.becomes("RING")
    is_in_state(firefox, "ringing")
    answer = firefox.evaluate(f"({ANSWER})({json.dumps(call.asked['sdp'])})")
    visitor.sends("setRemoteSDP", call.asked["callId"], answer, True)
    call.becomes("ESTABLISHED")
    is_in_state(firefox, "talking")
    firefox.waits_for(f"({IS_HEARD})()")

    firefox.evaluate(f"{ELEMENT}.mute(true)")
    assert said(firefox, ".clickhook-mute") == "Unmute"
    sample = firefox.waits_for("document.sample")
    assert sample["received"] > 50
    assert sample["roundTrip"] is None or 0 <= sample["roundTrip"] < 1000

    firefox.evaluate(f"{ELEMENT}.hangUp()")
    visitor.receives("hangup")
    is_in_state(firefox, "ended")
    assert said(firefox) == "The call has ended."
    assert violations(firefox) == []
    demanded = (
        "(() => { try { document.body.innerHTML = 'x' } catch (error) { return error.name } })()"
    )
    assert firefox.evaluate(demanded) == "TypeError"
    assert not [line for line in firefox.console if "clickhook" in line]


def test_a_refusal_is_said_and_rejects_the_script(opens, wcs):
    firefox = opens()
    firefox.evaluate(f"({ELEMENT}.call().catch((error) => document.reason = error.reason), 1)")
    visitor = wcs.visitor()
    visitor.receives("connection")
    visitor.sends("fail", {"status": "FAILED", "info": "Calls are not available here"})
    is_in_state(firefox, "refused")
    assert said(firefox) == "Calls are not available here."
    assert firefox.waits_for("document.reason") == "refused-here"
    name = f"{ELEMENT}.mute(true).catch((error) => error.name)"
    assert firefox.evaluate(name) == "InvalidStateError"


def test_the_customers_words_on_a_page_from_right_to_left(opens, site):
    site.files["/words.json"] = json.dumps(HEBREW)
    firefox = opens(direction="rtl", language="he", words="/words.json")
    firefox.waits_for(
        f"{INSIDE}.querySelector('.clickhook-label').textContent === {json.dumps(HEBREW['call'])}"
    )
    direction = f"getComputedStyle({INSIDE}.querySelector('.clickhook')).direction"
    assert firefox.evaluate(direction) == "rtl"
    assert violations(firefox) == []


def test_a_microphone_is_chosen(opens, wcs):
    firefox = opens(devices="true")
    firefox.evaluate(f"({INSIDE}.querySelector('details').open = true)")
    names = firefox.waits_for(
        f"((all) => all.length > 1 && all.map(({{ text }}) => text))"
        f"([...{INSIDE}.querySelectorAll('select')[0].options])"
    )
    assert names[0] == "Default"
    firefox.evaluate(
        f"((select) => {{ select.selectedIndex = 1; select.dispatchEvent(new Event('change')) }})"
        f"({INSIDE}.querySelector('select'))"
    )
    firefox.clicks(BUTTON)
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("ESTABLISHED")
    is_in_state(firefox, "talking")
    firefox.evaluate(
        f"((select) => {{ select.selectedIndex = 0; select.dispatchEvent(new Event('change')) }})"
        f"({INSIDE}.querySelector('select'))"
    )
    assert said(firefox) == "You are connected."
    assert violations(firefox) == []


def test_a_call_by_keyboard_alone(opens, wcs):
    firefox = opens()
    firefox.waits_for(f"!{BUTTON}.disabled")
    firefox.presses(TAB)
    focused = f"{INSIDE}.activeElement === {BUTTON}"
    assert firefox.evaluate(focused)
    assert firefox.evaluate(f"getComputedStyle({BUTTON}).outlineStyle") == "solid"

    firefox.presses(ENTER)
    visitor = wcs.visitor()
    visitor.is_accepted()
    call = visitor.calls()
    call.becomes("RING")
    call.becomes("ESTABLISHED")
    is_in_state(firefox, "talking")
    firefox.presses(TAB)
    assert firefox.evaluate(f"{INSIDE}.activeElement.className") == "clickhook-mute"
    firefox.presses(ENTER)
    assert said(firefox, ".clickhook-mute") == "Unmute"

    firefox.evaluate(f"{BUTTON}.focus()")
    firefox.presses(ENTER)
    visitor.receives("hangup")
    is_in_state(firefox, "ended")
    assert firefox.evaluate(focused)


def test_the_level_of_the_microphone_moves_until_it_is_muted(opens, wcs):
    firefox = opens()
    firefox.clicks(BUTTON)
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("ESTABLISHED")
    is_in_state(firefox, "talking")
    level = f"{INSIDE}.querySelector('meter').value"
    firefox.waits_for(f"{level} > 0.2")
    firefox.evaluate(f"{ELEMENT}.mute(true)")
    firefox.waits_for(f"{level} === 0")


def test_each_call_carries_a_ticket_of_its_own(opens, wcs, acme):
    firefox = opens(tickets=str(acme.public_key))
    tickets = []
    for _turn in range(2):
        firefox.clicks(BUTTON)
        tickets.append(wcs.visitor().receives("connection")["custom"]["ticket"])
        firefox.clicks(BUTTON)
        is_in_state(firefox, "ended")

    claims = [jwt.decode(text, options={"verify_signature": False}) for text in tickets]
    assert claims[0]["jti"] != claims[1]["jti"]
    assert claims[0]["alias"] == "sales"
    assert violations(firefox) == []
