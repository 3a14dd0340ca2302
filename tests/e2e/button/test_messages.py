"""Texts that the gateway sends to a page: the button hands them to the page's own script."""

from __future__ import annotations

from tests.e2e.button.test_calls import dialled

NOTES = """() => {
    document.texts = [];
    addEventListener("clickhook:message", ({ detail }) => document.texts.push(detail));
}"""


def test_a_page_hears_each_text_once_and_nothing_else(visit, wcs):
    page = visit()
    page.opens().page.evaluate(NOTES)
    visitor, _ = dialled(page, wcs)
    markup = "<img src=x onerror=alert(1)>\nsecond line"
    for operation, payload in (
        ("1", {"text": markup}),
        ("1", {"text": markup}),
        ("2", {"text": ["a", "list"]}),
        ("3", "a text alone"),
        ("4", None),
        ("5", {"html": "<b>x</b>"}),
        ("6", {"text": "last"}),
    ):
        visitor.sends("OnDataEvent", {"operationId": operation, "payload": payload})
    page.page.wait_for_function("document.texts.length === 2")
    assert page.page.evaluate("document.texts") == [{"text": markup}, {"text": "last"}]
    page.button.click()
    page.is_in_state("ended")
