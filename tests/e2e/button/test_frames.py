"""The button in an iframe that may not have the microphone, or has no origin."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.e2e.button.customers_page import CustomersPage

NOT_HERE = "This page cannot make calls here."
LINK = "Open the page in a new tab to call."
NO_ORIGIN = "the page has no origin"
NO_MICROPHONE = "the microphone is forbidden here"


def frame(page: CustomersPage, attributes: str, *, host: str = "", count: int = 1) -> FrameLocator:
    """The page in an iframe with these attributes, of the same site or of another host."""
    address = page.site.address.replace("www.acme.localhost", host or "www.acme.localhost")
    tag = page.tag().replace(" async", "")
    page.site.files["/framed"] = f'<!DOCTYPE html><html lang="en"><body>{tag * count}</body>'
    page.opens(f'<iframe {attributes} src="{address}framed" width="600" height="300"></iframe>')
    return page.page.frame_locator("iframe")


def reasons(page: CustomersPage) -> list[str]:
    return [line for line in page.console if "clickhook-button" in line]


@pytest.mark.parametrize(
    ("attributes", "host", "expected"),
    [
        ('sandbox="allow-scripts allow-popups" allow="microphone"', "", [NO_ORIGIN]),
        ('sandbox="allow-scripts allow-popups"', "", [NO_ORIGIN, NO_MICROPHONE]),
        ("", "shop.globex.localhost", [NO_MICROPHONE]),
        ('sandbox="allow-scripts allow-same-origin"', "shop.globex.localhost", [NO_MICROPHONE]),
        ("allow=\"microphone 'none'\"", "", [NO_MICROPHONE]),
    ],
)
def test_the_visitor_is_not_told_to_allow_what_they_cannot(page, wcs, attributes, host, expected):
    framed = frame(page, attributes, host=host, count=2)
    for number in range(2):
        element = framed.locator("clickhook-button").nth(number)
        expect(element.get_by_role("status")).to_have_text(NOT_HERE)
        expect(element.get_by_role("button")).to_have_text("Calls not available")
        expect(element.get_by_role("button")).to_be_disabled()
        expect(element).to_have_attribute("data-state", "unavailable")
        expect(element.get_by_role("link")).to_have_text(LINK)
    told = reasons(page)
    assert len(told) == len(expected)  # once, for both buttons
    assert all(reason in line for reason, line in zip(expected, told, strict=True))
    assert wcs.nobody_came()


@pytest.mark.parametrize(
    ("attributes", "host"),
    [
        ("", ""),
        ('allow="microphone"', "shop.globex.localhost"),
        ('sandbox="allow-scripts allow-same-origin" allow="microphone"', "shop.globex.localhost"),
        ('sandbox="allow-scripts allow-same-origin"', ""),
    ],
)
def test_a_frame_that_may_call_calls(page, wcs, attributes, host):
    framed = frame(page, attributes, host=host)
    framed.locator("clickhook-button").get_by_role("button").first.click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    visitor.calls().becomes("ESTABLISHED")
    expect(framed.locator("clickhook-button")).to_have_attribute("data-state", "talking")
    assert reasons(page) == []


@pytest.mark.parametrize(
    ("attributes", "host"),
    [
        ("", "shop.globex.localhost"),
        ('sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox"', ""),
    ],
)
def test_the_page_calls_in_a_tab_of_its_own(page, wcs, attributes, host):
    framed = frame(page, attributes, host=host)
    with page.page.expect_popup() as opened:
        framed.get_by_role("link", name=LINK).click()
    assert opened.value.url.endswith("/framed")
    opened.value.locator("clickhook-button").get_by_role("button").first.click()
    wcs.visitor().is_accepted()


def test_a_sandbox_without_new_tabs_leaves_the_address_to_copy(page):
    framed = frame(page, 'sandbox="allow-scripts"')
    framed.get_by_role("link", name=LINK).click()
    expect(framed.get_by_role("status")).to_have_text(
        f"To call, open this address in a new tab: {page.site.address}framed"
    )
    expect(framed.get_by_role("link")).to_have_count(0)


def test_a_document_without_an_address_offers_no_tab(page):
    tag = page.tag(wcs="wss://wcs.example:8443").replace('"', "&quot;").replace(" async", "")
    page.opens(f'<iframe sandbox="allow-scripts allow-popups" srcdoc="{tag}"></iframe>')
    framed = page.page.frame_locator("iframe")
    expect(framed.get_by_role("status")).to_have_text(NOT_HERE)
    expect(framed.get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("Permissions-Policy", "microphone=()", NO_MICROPHONE),
        ("Content-Security-Policy", "sandbox allow-scripts", NO_ORIGIN),
    ],
)
def test_a_page_whose_own_headers_forbid_it_offers_no_tab(page, header, value, reason):
    page.opens()
    page.site.headers = {header: value}
    page.page.reload()
    page.says(NOT_HERE)
    expect(page.element.get_by_role("link")).to_have_count(0)
    assert any(reason in line for line in reasons(page))
    page.site.headers = {}
