"""The button's methods and events, as a page's own script uses them."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import dialled
from tests.e2e.button.test_keypad import sends

# Asks, and keeps how it went in document.outcomes; the test speaks for WCS meanwhile.
ASK = """([method, given]) => {
    const name = [method, ...given].join(" ");
    document.outcomes ??= {};
    document.querySelector("clickhook-button")[method](...given).then(
        (value) => (document.outcomes[name] = ["done", value ?? null]),
        (error) => (document.outcomes[name] = [error.name, error.reason ?? error.message]),
    );
    return name;
}"""


def asks(page, method: str, *given) -> str:
    return page.page.evaluate(ASK, [method, list(given)])


def outcome(page, name: str) -> list:
    name = json.dumps(name)
    return page.page.wait_for_function(f"document.outcomes[{name}]").json_value()


def result(page, method: str, *given) -> list:
    return outcome(page, asks(page, method, *given))


def is_called(page, wcs):
    expect(page.button).to_be_enabled()
    asked = asks(page, "call")
    visitor = wcs.visitor()
    visitor.is_accepted()
    return asked, visitor, visitor.calls()


def test_a_call_from_the_first_word_to_the_last(visit, wcs):
    page = visit()
    page.opens(page.tag(keypad="true")).notes_events()
    asked, visitor, call = is_called(page, wcs)
    call.becomes("RING")
    assert result(page, "sendDigits", "1") == ["InvalidStateError", "Nobody is talking yet."]
    call.becomes("ESTABLISHED")
    assert outcome(page, asked) == ["done", None]

    digits = asks(page, "sendDigits", "12#")
    sends(visitor, call, "1", "2", "#")
    assert outcome(page, digits) == ["done", None]
    assert result(page, "mute", True) == ["done", None]
    assert result(page, "mute", False) == ["done", None]
    assert result(page, "hangUp") == ["done", None]
    visitor.receives("hangup")
    names = [name for name, _detail in page.events]
    assert names == ["connecting", "ringing", "talking", "muted", "muted", "ended"]


@pytest.mark.parametrize(
    ("status", "reason"), [("BUSY", "busy"), ("FAILED", "call-failed"), ("FINISH", "no-answer")]
)
def test_a_call_that_nobody_takes_is_rejected_with_the_events_reason(page, wcs, status, reason):
    asked, _visitor, call = is_called(page, wcs)
    call.becomes(status)
    assert outcome(page, asked) == ["CallError", reason]


def test_whoever_hangs_up_early_rejects_the_call(page, wcs):
    asked, visitor, _call = is_called(page, wcs)
    assert result(page, "hangUp") == ["done", None]
    assert outcome(page, asked) == ["CallError", "ended"]
    visitor.receives("gone")


NO_CALL = ["InvalidStateError", "There is no call."]


@pytest.mark.parametrize(
    ("method", "given", "said"),
    [
        ("hangUp", [], NO_CALL),
        ("mute", [True], NO_CALL),
        ("sendDigits", ["1"], NO_CALL),
        ("mute", [], ["TypeError", "mute() takes true or false."]),
        ("mute", ["yes"], ["TypeError", "mute() takes true or false."]),
        *[
            ("sendDigits", [digits], ["TypeError", 'sendDigits() takes a text like "12#".'])
            for digits in ("", "12a", "1 2", 12, None, ["1"], "\u0661")
        ],
    ],
)
def test_misuse_is_rejected_in_clear_words(page, method, given, said):
    expect(page.button).to_be_enabled()
    assert result(page, method, *given) == said


def test_one_call_at_a_time(page, wcs):
    is_called(page, wcs)
    said = result(page, "call")
    assert said == ["InvalidStateError", "A call of this button is still going on."]
    page.page.evaluate(
        "document.body.prepend(document.querySelector('clickhook-button').cloneNode(true))"
    )
    said = result(page, "call")  # of the first in the page, which is the copy
    assert said == ["InvalidStateError", "Another call on this page is still going on."]
    assert wcs.nobody_came()


def test_a_button_that_cannot_call_says_so(visit, wcs):
    page = visit()
    page.opens(page.tag(wcs=""))
    page.is_in_state("unavailable")
    name, text = result(page, "call")
    assert (name, "cannot call" in text) == ("InvalidStateError", True)
    assert wcs.nobody_came()


def test_a_closed_button_rejects_and_calls_nobody(visit, wcs):
    page = visit()
    page.page.clock.set_fixed_time("2026-11-29T12:00:00Z")
    page.opens(page.tag(hours="Mo-Fr 09:00-17:00", timezone="UTC"))
    page.is_in_state("closed")
    assert result(page, "call") == ["CallError", "closed"]
    assert wcs.nobody_came()


def test_digits_need_the_callees_keypad_and_are_bounded(visit, wcs):
    page = visit()
    page.opens()
    _asked, _visitor, call = is_called(page, wcs)
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    assert result(page, "sendDigits", "1") == ["NotAllowedError", "The callee's keypad is off."]

    page.opens(page.tag(keypad="true"))
    _asked, visitor, call = is_called(page, wcs)
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")
    name, text = result(page, "sendDigits", "9" * 61)
    assert (name, text) == ("RangeError", "Only 60 more digits pass in this call.")
    unsent = asks(page, "sendDigits", "7777777777")
    call.becomes("FINISH")
    name, text = outcome(page, unsent)
    assert name == "AbortError"
    assert "7" not in text


def test_a_call_by_script_has_no_ticket_of_its_own_making(visit, wcs):
    """What the gateway asks of a visitor it asks of a script too."""
    page = visit()
    page.opens(page.tag(tickets="00000000-0000-4000-8000-000000000000"))
    expect(page.button).to_be_enabled()
    asks(page, "call")
    assert not wcs.visitor().receives("connection").get("custom")


def test_the_methods_are_all_there_is(page):
    own = page.page.evaluate(
        "Object.getOwnPropertyNames(customElements.get('clickhook-button').prototype).sort()"
    )
    lifecycle = {"constructor", "connectedCallback", "disconnectedCallback"}
    assert set(own) - lifecycle == {"call", "hangUp", "mute", "send", "sendDigits"}


def test_a_click_and_a_script_are_one(page, wcs):
    dialled(page, wcs)
    assert result(page, "hangUp") == ["done", None]
    page.is_in_state("ended")
