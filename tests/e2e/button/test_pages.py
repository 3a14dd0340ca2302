"""The page for those who write their own, and the demo's page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from clickhook.button import websdk
from tests.conftest import ROOT
from tests.e2e.button.customers_page import CustomersPage
from tests.e2e.button.fake_wcs import Call, FakeWcs, Visitor

EXAMPLE = ROOT / "clickhook" / "button" / "example"
DEMO = ROOT / "clickhook" / "demo" / "page"


def files(folder: Path, **words: str) -> dict[str, str]:
    found = {}
    for path in folder.iterdir():
        text = path.read_text()
        for old, new in words.items():
            text = text.replace("{{ " + old + " }}", new)
        found["/" if path.name == "index.html" else f"/{path.name}"] = text
    return found


@pytest.fixture
def example(visit, wcs, site, gateway) -> CustomersPage:
    page = visit()
    site.files, site.headers = files(EXAMPLE), {}
    sdk = Path(gateway.environment["CLICKHOOK_STATIC_DIR"]) / websdk.FOLDER / websdk.FILE
    site.files["/flashphoner-webrtc-only.min.js"] = sdk.read_text()
    site.files["/call.js"] = site.files["/call.js"].replace("wss://wcs.example:8443", wcs.url)
    page.page.goto(site.address)
    return page


def dialled(example: CustomersPage, wcs: FakeWcs) -> tuple[Visitor, Call]:
    example.page.get_by_role("button", name="Call").click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    return visitor, visitor.calls()


def says(example: CustomersPage, text: str) -> None:
    expect(example.page.get_by_role("status")).to_have_text(text)


def test_the_example_calls_and_hangs_up(example, wcs):
    assert wcs.nobody_came()
    for _turn in range(2):
        visitor, call = dialled(example, wcs)
        assert call.asked["callee"] == "sales"
        call.becomes("RING")
        says(example, "Ringing …")
        call.becomes("ESTABLISHED")
        says(example, "You are connected.")
        example.page.get_by_role("button", name="Hang up").click()
        visitor.receives("hangup")
        visitor.receives("gone")
        says(example, "The call has ended.")


def test_the_example_leaves_no_ghost_call(example, wcs):
    visitor, _call = dialled(example, wcs)
    example.page.get_by_role("button", name="Hang up").click()
    visitor.receives("gone")
    says(example, "The call has ended.")


def test_the_example_says_what_the_gateway_says(example, wcs):
    visitor, _call = dialled(example, wcs)
    visitor.sends(
        "fail",
        {
            "status": "FAILED",
            "info": "Calls are not <b>available</b> here",
            "apiMethod": "CallStatusEvent",
        },
    )
    says(example, "Calls are not <b>available</b> here")
    visitor.receives("gone")


@pytest.mark.parametrize(
    ("status", "text"), [("BUSY", "The line is busy."), ("FAILED", "The call did not go through.")]
)
def test_the_example_says_how_a_call_ends(example, wcs, status, text):
    visitor, call = dialled(example, wcs)
    call.becomes(status)
    says(example, text)
    visitor.receives("gone")


def test_the_example_sees_that_the_connection_is_lost(example, wcs):
    visitor, _call = dialled(example, wcs)
    visitor.hangs_up_the_socket()
    says(example, "The connection was lost.")


@pytest.mark.parametrize("width", [390, 1100])
def test_the_demos_page(visit, wcs, site, cast, width):
    page = visit(viewport={"width": width, "height": 900})
    cast.acme.domains.create(origin=site.address.rstrip("/"))
    tickets = str(cast.acme.public_key)
    site.files = files(DEMO, gateway=page.gateway, wcs=page.wcs, tickets=tickets)
    policy = (
        f"default-src 'self'; script-src 'self' {page.gateway}; worker-src blob:; "
        f"connect-src {page.gateway} {page.wcs}; img-src data:"
    )
    site.headers = {"Content-Security-Policy": policy}
    page.page.goto(site.address)
    expect(page.button.nth(0)).to_have_text("Call us")
    expect(page.button.nth(1)).to_have_text("Call support")
    expect(page.button.nth(2)).to_have_text("Call nobody")
    assert page.page.evaluate("document.documentElement.scrollWidth") <= width
    page.button.nth(0).click()
    visitor = wcs.visitor()
    visitor.is_accepted()
    assert visitor.calls().asked["callee"] == "sales"
    expect(page.page.locator("#events li")).to_contain_text("clickhook:connecting (sales)")
    assert page.console == []
