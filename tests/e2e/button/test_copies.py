"""Copies of the button: sliders clone it, and page caches bring it back from a snapshot."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import SHADOWS
from tests.e2e.button.customers_page import CustomersPage
from tests.e2e.button.test_calls import dialled, talking

COPIES = {
    "cloned": """(button) => {
        const copy = button.cloneNode(true);
        button.remove();
        document.body.append(copy);
    }""",
    "cloned with its slide": """(button) => {
        const copy = button.parentNode.cloneNode(true);
        button.parentNode.replaceWith(copy);
    }""",
    "written as HTML": """(button) => {
        const parent = button.parentNode;
        const written = button.outerHTML;
        button.remove();
        parent.insertAdjacentHTML("beforeend", written);
    }""",
    "the page from its own HTML": """() => {
        const snapshot = document.body.innerHTML;
        document.body.innerHTML = "";
        document.body.innerHTML = snapshot;
    }""",
    "the page with its shadow roots": """(button) => {
        const roots = button.shadowRoot ? [button.shadowRoot] : [];
        const snapshot = document.body.getHTML({ shadowRoots: roots });
        document.body.setHTMLUnsafe(snapshot);
    }""",
    "the page as a clone, twice": """async () => {
        for (let turn = 0; turn < 2; turn += 1) {
            document.body.replaceWith(document.body.cloneNode(true));
            await new Promise((tell) => setTimeout(tell, 20));
        }
    }""",
    "from another document": """(button) => {
        const other = new DOMParser().parseFromString(button.outerHTML, "text/html");
        button.replaceWith(document.adoptNode(other.querySelector("clickhook-button")));
    }""",
    "in a shadow root": """(button) => {
        const host = document.createElement("div");
        host.attachShadow({ mode: "open" }).append(button.cloneNode(true));
        button.replaceWith(host);
    }""",
}
# As Turbo does it: the body is a clone, in which fresh script elements take the old ones' places.
RESTORED = """() => {
    const body = document.body.cloneNode(true);
    for (const inert of body.querySelectorAll("script")) {
        const script = document.createElement("script");
        for (const { name, value } of inert.attributes) script.setAttribute(name, value);
        inert.replaceWith(script);
    }
    document.body.replaceWith(body);
    const scripts = [...document.scripts];
    return Promise.all(scripts.map((script) => new Promise((tell) => { script.onload = tell })));
}"""


def stands_alone(page: CustomersPage) -> None:
    """One button on the page, with the markup of one, fresh."""
    expect(page.element).to_have_count(1)
    expect(page.button).to_have_count(1)
    expect(page.button).to_have_text("Call us")
    expect(page.element.locator(".clickhook")).to_have_count(1)
    page.is_in_state("idle")
    page.says("")


@pytest.mark.parametrize("style", ["", "none"])
@pytest.mark.parametrize("copy", COPIES)
def test_a_copy_calls_by_itself(page, wcs, copy, style):
    page.opens(f"<section>{page.tag(style=style)}</section>").notes_events()
    expect(page.button).to_be_visible()
    page.element.evaluate(COPIES[copy])
    stands_alone(page)
    visitor, _call = talking(page, wcs)
    page.button.click()
    visitor.receives("hangup")
    assert not [line for line in page.console if "error" in line]


@pytest.mark.parametrize("style", ["", "none"])
@pytest.mark.parametrize("copy", ["cloned", "written as HTML", "the page from its own HTML"])
def test_a_copy_from_the_middle_of_a_call_begins_anew(page, wcs, copy, style):
    page.opens(f"<section>{page.tag(style=style)}</section>").notes_events()
    visitor, _call = talking(page, wcs)
    page.element.evaluate(COPIES[copy])
    stands_alone(page)
    visitor.receives("hangup")  # the first one is gone
    visitor.receives("gone")
    talking(page, wcs)


@pytest.mark.parametrize("style", ["", "none"])
def test_a_copy_and_its_original_are_two_buttons(page, wcs, style):
    page.opens(page.tag(style=style))
    expect(page.button).to_be_visible()
    page.element.evaluate("(button) => button.after(button.cloneNode(true))")
    expect(page.element).to_have_count(2)
    original, copy = page.element.nth(0), page.element.nth(1)
    ids = page.element.get_by_role("status").evaluate_all("found => found.map(({ id }) => id)")
    assert len(set(ids)) == 2

    copy.get_by_role("button").first.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("RING")
    expect(copy).to_have_attribute("data-state", "ringing")
    expect(original).to_have_attribute("data-state", "idle")
    original.get_by_role("button").first.click()
    expect(original.get_by_role("status")).to_have_text(
        "Another call on this page is still going on."
    )
    assert wcs.nobody_came()


@pytest.mark.parametrize("head", [False, True])
def test_a_page_that_comes_back_runs_its_tag_again_and_has_one_button(page, wcs, head):
    tag = page.tag().replace(" async", "")
    if head:
        page.opens("<p>text</p>", head=tag)
    else:
        page.opens(f"<section>{tag}</section><p>text</p>")
    page.notes_events()
    expect(page.button).to_be_visible()
    page.page.evaluate(RESTORED.replace("document.body", "document.documentElement"))
    stands_alone(page)
    dialled(page, wcs)


def test_a_script_loaded_twice_keeps_the_page_at_one_call(page, wcs):
    page.opens(page.tag() + page.tag())
    expect(page.element).to_have_count(2)
    page.element.nth(0).get_by_role("button").first.click()
    wcs.visitor().is_accepted()
    page.element.nth(1).get_by_role("button").first.click()
    expect(page.element.nth(1).get_by_role("status")).to_have_text(
        "Another call on this page is still going on."
    )


@pytest.mark.parametrize("first", ["element", "script"])
def test_an_element_in_the_markup_calls_like_the_one_of_the_tag(page, wcs, first):
    written = (
        f'<clickhook-button data-wcs="{page.wcs}" data-callee="support" data-state="talking">'
        "</clickhook-button>"
    )
    tag = page.tag().replace(" async", "")
    page.opens(written + "<hr>" + tag if first == "element" else tag + "<hr>" + written)
    page.notes_events()
    expect(page.element).to_have_count(2)
    support = page.page.locator("clickhook-button[data-callee=support]")
    expect(support).to_have_attribute("data-state", "idle")
    support.get_by_role("button").first.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    assert visitor.calls().asked["callee"] == "support"
    assert not [line for line in page.console if "error" in line]


def test_a_button_in_a_shadow_root_speaks_the_language_around_it(page):
    page.opens('<div lang="de"><i></i></div>' + page.tag())
    expect(page.button).to_have_text("Call us")
    page.element.evaluate(
        "(button) => document.querySelector('i').replaceWith("
        "Object.assign(document.createElement('span'), { id: 'host' })) ?? "
        "document.querySelector('#host').attachShadow({ mode: 'open' }).append("
        "button.cloneNode(true))"
    )
    expect(page.page.locator("#host").get_by_role("button")).to_have_text("Anrufen")


def test_a_tag_in_a_drawing_puts_the_button_behind_the_drawing(page, wcs):
    drawn = page.tag().replace("<script src=", "<script href=").replace(" async", "")
    page.opens(f'<svg lang="de" width="10" height="10"><g>{drawn}</g></svg><p>after</p>')
    expect(page.button).to_be_visible()
    names = page.page.evaluate("[...document.body.children].map((element) => element.localName)")
    assert names == ["svg", "clickhook-button", "p"]
    dialled(page, wcs)


def test_a_page_from_the_back_forward_cache_calls_again(page, wcs):
    """As the browser tells it: no page with a call is kept there by a browser under test."""
    visitor, _call = talking(page, wcs)
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    visitor.receives("hangup")
    visitor.receives("gone")
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.is_in_state("ended")
    expect(page.button).to_have_text("Call us")
    assert page.microphones == ["ended"]
    visitor, _call = talking(page, wcs)
    page.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    visitor.receives("hangup")


def test_nothing_is_written_twice_where_a_snapshot_holds_shadow_roots(page):
    expect(page.button).to_be_visible()
    page.element.evaluate(COPIES["the page with its shadow roots"])
    expect(page.button).to_be_visible()
    assert page.page.evaluate(SHADOWS).count('class="clickhook-button"') == 1
