"""The button on a page whose Content-Security-Policy demands Trusted Types."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.button.test_calls import talking
from tests.e2e.button.test_embedding import VIOLATIONS, strict_policy

DEMAND = "require-trusted-types-for 'script'; trusted-types"
IS_DEMANDED = """() => {
    try {
        document.createElement("i").innerHTML = "<b></b>";
    } catch (error) {
        return error.name === "TypeError";
    }
}"""
# As markup that an attacker brought past the page's filters.
NAMES_A_SCRIPT = """(button, url) => {
    const copy = button.cloneNode(true);
    copy.dataset.sdk = url;
    button.replaceWith(copy);
}"""


@pytest.mark.parametrize("style", ["", "none"])
@pytest.mark.parametrize("allowed", ["clickhook", "clickhook 'allow-duplicates'", "clickhook ours"])
def test_a_call_under_trusted_types(visit, wcs, allowed, style):
    page = visit()
    page.page.add_init_script(VIOLATIONS)
    policy = f"{strict_policy(page)}; {DEMAND} {allowed}"
    page.opens(page.tag(style=style) + page.tag(style=style), policy=policy)
    expect(page.element).to_have_count(2)
    for number in range(2):  # the script ran twice, and each button calls
        button = page.element.nth(number).locator(".clickhook-button")
        button.click()
        visitor = wcs.visitor()
        visitor.is_accepted()
        visitor.calls().becomes("ESTABLISHED")
        expect(page.element.nth(number)).to_have_attribute("data-state", "talking")
        button.click()
        visitor.receives("hangup")

    assert page.page.evaluate("document.violations") is None
    assert page.page.evaluate(IS_DEMANDED)


def test_a_copy_calls_under_trusted_types(visit, wcs):
    page = visit()
    page.opens(page.tag(), policy=f"{DEMAND} clickhook")
    expect(page.button).to_be_visible()
    page.element.evaluate("(button) => button.replaceWith(button.cloneNode(true))")
    talking(page, wcs)


def test_the_customers_own_copy_of_the_sdk_is_trusted_as_its_tag_names_it(visit, wcs):
    page = visit()
    own = "http://cdn.acme.localhost/flashphoner.js"
    source = page.page.request.get(
        f"{page.gateway}/static/websdk/2.0.276/flashphoner-webrtc-only.min.js"
    ).text()
    page.page.route(own, lambda route: route.fulfill(body=source, content_type="text/javascript"))
    page.opens(page.tag(sdk=own), policy=f"{DEMAND} clickhook")
    with page.page.expect_response(own):
        page.button.click()
    wcs.visitor().is_accepted()


def test_markup_names_no_script_that_is_trusted(visit, wcs):
    page = visit()
    evil = "http://evil.localhost/evil.js"
    page.page.route(
        evil,
        lambda route: route.fulfill(body="document.ran = true", content_type="text/javascript"),
    )
    page.opens(page.tag(), policy=f"{DEMAND} clickhook")
    expect(page.button).to_be_visible()
    page.element.evaluate(NAMES_A_SCRIPT, evil)
    page.button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert page.page.evaluate("document.ran") is None
    assert wcs.nobody_came()


def test_a_policy_that_is_missing_is_named_in_the_console(visit, wcs):
    page = visit()
    page.opens(page.tag(), policy=f"{DEMAND} ours")
    page.button.click()
    page.says("Calls are not available at the moment. Please try again later.")
    assert any('has to say "trusted-types clickhook"' in line for line in page.console)
    assert wcs.nobody_came()


def test_a_page_that_forbids_policies_without_demanding_them(visit, wcs):
    page = visit()
    page.opens(page.tag(), policy="trusted-types 'none'")
    talking(page, wcs)
