"""Words from a JSON file of the customer's, and pages that are read from right to left."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import dialled, talking
from tests.e2e.button.test_embedding import VIOLATIONS, strict_policy
from tests.e2e.button.test_trusted_types import DEMAND

DUTCH = {"call": "Bel ons", "hang-up": "Ophangen", "talking": "U bent verbonden."}
HEBREW = {
    "call": "התקשרו אלינו",
    "hang-up": "ניתוק",
    "talking": "השיחה מחוברת.",
    "mute": "השתקה",
    "keypad": "מקשים",
}


@pytest.fixture
def with_words(visit, site):
    """A page whose words.json is this; a text is taken as it is."""

    def open_page(words, *, language="nl", policy="", address="/words.json", **attributes):
        page = visit()
        page.page.add_init_script(VIOLATIONS)
        site.files["/words.json"] = words if isinstance(words, str) else json.dumps(words)
        page.opens(page.tag(words=address, **attributes), language=language, policy=policy)
        return page

    return open_page


def test_a_language_of_the_customers(with_words, wcs):
    page = with_words(DUTCH)
    expect(page.button).to_have_text("Bel ons")
    expect(page.element.locator(".clickhook")).to_have_attribute("lang", "nl")
    _visitor, call = talking(page, wcs)
    page.says("U bent verbonden.")
    expect(page.button).to_have_text("Ophangen")
    call.becomes("FINISH")
    page.says("The call has ended.")  # the file has no such sentence
    assert page.console == []


def test_one_sentence_in_other_words(with_words):
    page = with_words({"call": "Zum Empfang"}, language="de")
    expect(page.button).to_have_text("Zum Empfang")
    expect(page.element.locator(".clickhook")).to_have_attribute("lang", "de")


def test_under_a_strict_policy_with_trusted_types(with_words, visit, site, wcs):
    policy = f"{strict_policy(visit())} {site.address}; {DEMAND} clickhook"
    policy = policy.replace("connect-src", f"connect-src {site.address}")
    page = with_words(DUTCH, policy=policy)
    expect(page.button).to_have_text("Bel ons")
    talking(page, wcs)
    assert page.page.evaluate("document.violations") is None


def test_words_are_text_and_nothing_else(with_words):
    page = with_words({"call": "<img src=x onerror=document.ran=1>"})
    expect(page.button).to_have_text("<img src=x onerror=document.ran=1>")
    assert page.page.evaluate("document.ran") is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"cal": "x"}, '"cal" is not among the button\'s sentences.'),
        ({"__proto__x": "x"}, "is not among the button's sentences."),
        ('{"__proto__": {"call": "x"}}', "is not among the button's sentences."),
        ({"constructor": "x"}, "is not among the button's sentences."),
        ({"call": 5}, '"call" is not a text.'),
        ({"call": " "}, '"call" is not a text.'),
        ({"call": {"a": 1}}, '"call" is not a text.'),
        ({"call": "x" * 201}, '"call" is longer than 200 characters.'),
        ({"closed": "Gesloten."}, '"closed" has no {when}.'),
        ([], "it is no JSON object."),
        ("null", "it is no JSON object."),
        ("{", "no words from"),
        ("x" * 20_001, "it is longer than 20000 characters."),
    ],
)
def test_words_that_cannot_be_used_are_named_in_the_console(with_words, words, said):
    page = with_words(words, language="en")
    expect(page.button).to_have_text("Call us")
    expect(page.button).to_be_enabled()
    page.page.wait_for_timeout(200)  # the browser's messages come in meanwhile
    assert any(said in line for line in page.console), page.console


@pytest.mark.parametrize("address", ["/nowhere.json", "http://127.0.0.1:9/words.json"])
def test_words_that_do_not_come(with_words, wcs, address):
    page = with_words(DUTCH, address=address)
    expect(page.button).to_have_text("Call us")
    talking(page, wcs)
    expect(page.element.locator(".clickhook")).to_have_attribute("lang", "en")
    assert any(f"no words from {address}" in line or address in line for line in page.console)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:,{}", "https://["])
def test_an_address_that_is_none(with_words, address):
    page = with_words(DUTCH, address=address)
    page.is_in_state("unavailable")
    assert any("data-words is" in line for line in page.console)


def test_a_language_nobody_speaks_needs_words(visit):
    page = visit()
    page.opens(page.tag(language="nl"))
    page.is_in_state("unavailable")
    assert any("data-words brings others" in line for line in page.console)


SIDES = """(element) => {
    const box = (name) => element.shadowRoot.querySelector(name).getBoundingClientRect();
    return [".clickhook-button", ".clickhook-news"].map((name) => box(name).x);
}"""


@pytest.mark.parametrize("direction", ["rtl", "ltr"])
def test_the_page_says_from_which_side_it_is_read(with_words, wcs, direction):
    page = with_words(HEBREW, language="he", keypad="true")
    page.page.evaluate("(direction) => { document.documentElement.dir = direction }", direction)
    expect(page.button).to_have_text(HEBREW["call"])
    talking(page, wcs)
    button, news = page.element.evaluate(SIDES)
    assert (news < button) == (direction == "rtl")
    first, third = (
        page.element.get_by_role("button", name=key, exact=True).bounding_box()["x"]
        for key in ("1", "3")
    )
    assert first < third  # a telephone's keys run from left to right everywhere


def test_words_from_left_to_right_keep_their_full_stop_on_the_right(visit, wcs):
    page = visit()
    page.opens(language="he").page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    page.says("The line is busy. Please try again later.")
    status = page.element.get_by_role("status")
    assert status.evaluate("element => getComputedStyle(element).direction") == "ltr"
