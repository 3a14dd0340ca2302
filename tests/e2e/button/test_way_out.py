"""Where no call comes about: a visitor is called back, or gets a link, as the tenant chose."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from hooks.models import CallbackRequest
from tenants.models import Tenant
from tests.e2e.button.test_calls import dialled, talking
from tests.e2e.button.test_embedding import VIOLATIONS, strict_policy
from tests.e2e.button.test_keypad import PHONE
from tests.e2e.button.test_trusted_types import DEMAND

NOTES_SHIFTS = """() => {
    document.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
            document.shifts.push([value, ...sources.map(({ node }) => node?.nodeName)]);
        }
    }).observe({ type: "layout-shift" });
}"""
ASK = "Ask us to call you back"


@pytest.fixture
def opens(visit, acme):
    """A page of Acme's, who chose this way out."""

    def open_page(way_out="callback", *, options=None, policy="", more=None, **fields):
        Tenant.objects.filter(pk=acme.pk).update(way_out=way_out, **fields)
        page = visit(**(options or {}))
        page.page.add_init_script(VIOLATIONS)
        tag = page.tag(tickets=str(acme.public_key), **(more or {}))
        page.opens(f"<p>Before.</p>{tag}<p>After.</p>", policy=policy)
        page.page.evaluate(NOTES_SHIFTS)
        return page

    return open_page


def ask_button(page):
    return page.element.get_by_role("button", name=ASK, exact=True)


def fields(page):
    return page.element.get_by_role("textbox")


def kept() -> dict:
    return CallbackRequest.objects.values("because", "name", "reach", "sentence", "alias").get()


def test_a_busy_line_is_called_back(opens, wcs):
    page = opens()
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    page.says("The line is busy. Please try again later.")
    ask_button(page).click()
    expect(fields(page).first).to_be_focused()
    page.element.get_by_label("Your name").fill("Ann Example")
    page.element.get_by_label("Your number or e-mail address").fill(" +49 30 5550100 ")
    page.element.get_by_label("What is it about?").fill("My order")
    page.element.get_by_role("button", name="Send").click()

    page.says("Thank you. We will get back to you.")
    expect(page.button).to_be_focused()
    expect(fields(page)).to_have_count(0)
    assert kept() == {
        "because": "busy",
        "name": "Ann Example",
        "reach": "+49 30 5550100",
        "sentence": "My order",
        "alias": "sales",
    }
    assert page.console == []


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 900, "height": 600}}])
@pytest.mark.parametrize("end", ["BUSY", "FINISH", "FAILED"])
def test_nothing_moves_when_it_is_offered(opens, wcs, options, end):
    page = opens(options=options)
    _visitor, call = dialled(page, wcs)
    call.becomes("RING")
    page.is_in_state("ringing")
    page.page.wait_for_timeout(700)
    page.page.evaluate("() => { document.shifts.length = 0 }")
    before = page.button.bounding_box()
    call.becomes(end)
    expect(ask_button(page)).to_be_visible()
    page.page.wait_for_timeout(300)
    # Inside the button its own words may move.
    shifts = page.page.evaluate("document.shifts")
    assert not [names for _value, *names in shifts if any(names)]
    assert page.button.bounding_box() == before


def test_by_keyboard_and_with_a_screen_reader(opens, wcs):
    page = opens(options=PHONE)
    _visitor, call = dialled(page, wcs)
    call.becomes("FINISH")
    expect(ask_button(page)).to_be_visible()
    page.button.focus()
    keyboard = page.page.keyboard
    keyboard.press("Tab")
    expect(ask_button(page)).to_be_focused()
    keyboard.press("Enter")
    keyboard.press("Enter")  # sends nothing: the number is missing
    assert not CallbackRequest.objects.exists()
    expect(page.element).to_match_aria_snapshot(
        '- button "Call us"\n- status: Nobody answered. Please try again later.\n'
        '- textbox "Your name"\n- textbox "Your number or e-mail address"\n'
        '- textbox "What is it about?"\n- button "Send"\n- button "Cancel"'
    )
    assert page.page.evaluate("document.documentElement.scrollWidth") <= 390
    axe = Axe().run(page.page, {"include": [["clickhook-button"]]})
    assert {one["id"] for one in axe.response["violations"]} <= {"region"}
    page.element.get_by_role("button", name="Cancel").press("Enter")
    expect(ask_button(page)).to_be_focused()
    keyboard.press("Enter")
    page.element.get_by_label("Your number or e-mail address").fill("ann@acme.example")
    keyboard.press("Enter")
    page.says("Thank you. We will get back to you.")
    assert kept()["because"] == "no-answer"


def test_a_wish_that_cannot_be_sent_stays(opens, wcs, acme):
    page = opens()
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    ask_button(page).click()
    Tenant.objects.filter(pk=acme.pk).update(way_out="none")
    page.element.get_by_label("Your number or e-mail address").fill("+49 30 5550100")
    page.element.get_by_role("button", name="Send").click()
    page.says("This could not be sent. Please try again later.")
    expect(page.element.get_by_label("Your number or e-mail address")).to_have_value(
        "+49 30 5550100"
    )
    assert not CallbackRequest.objects.exists()


def test_a_refused_call_is_called_back(opens, wcs):
    page = opens()
    page.button.click()
    visitor = wcs.visitor()
    visitor.receives("connection")
    visitor.sends("fail", {"status": "FAILED", "info": "Calls are not available now"})
    page.is_in_state("refused")
    expect(ask_button(page)).to_be_visible()


def test_a_closed_tenant_is_asked_under_strict_policies(opens, acme, visit):
    tomorrow = timezone.now() + timedelta(days=1)
    policy = strict_policy(visit())
    gateway = policy.partition("script-src ")[2].partition(";")[0]
    policy = policy.replace("connect-src", f"connect-src {gateway}")
    page = opens(
        policy=f"{policy}; form-action 'none'; {DEMAND} clickhook",
        hours={f"{tomorrow:%a}".lower(): ["09:00-17:00"]},
    )
    page.button.click()
    page.is_in_state("closed")
    ask_button(page).click()
    page.element.get_by_label("Your number or e-mail address").fill("+49 30 5550100")
    page.element.get_by_role("button", name="Send").click()
    page.says("Thank you. We will get back to you.")
    assert kept()["because"] == "closed"
    assert not [
        one for one in page.page.evaluate("document.violations ?? []") if one != "worker-src"
    ]


def test_a_page_that_knows_its_hours_offers_it_too(opens):
    tomorrow = timezone.now() + timedelta(days=1)
    hours = f"{tomorrow:%a}"[:2] + " 09:00-17:00"
    page = opens(more={"hours": hours, "timezone": "UTC"})
    page.is_in_state("closed")
    page.button.click(force=True)
    expect(ask_button(page)).to_be_visible()


LINK = {"way_out_text": "Write <b>to us", "way_out_url": "https://www.acme.example/contact"}


def test_a_link_instead(opens, wcs):
    page = opens("link", **LINK)
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    link = page.element.get_by_role("link", name="Write <b>to us", exact=True)
    expect(link).to_have_attribute("href", LINK["way_out_url"])


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://www.acme.example/", ""])
def test_another_link_is_not_shown(opens, wcs, address):
    page = opens("link", **{**LINK, "way_out_url": address})
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    page.is_in_state("busy")
    expect(page.element.locator(".clickhook-way-out")).to_have_count(0)


def test_who_has_talked_or_chosen_nothing_is_offered_nothing(opens, wcs):
    page = opens()
    _visitor, call = talking(page, wcs)
    call.becomes("FINISH")
    page.is_in_state("ended")
    expect(page.element.locator(".clickhook-way-out")).to_have_count(0)
    page = opens("none")
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    page.is_in_state("busy")
    expect(page.element.locator(".clickhook-way-out")).to_have_count(0)


def test_a_new_call_takes_its_place(opens, wcs):
    page = opens()
    _visitor, call = dialled(page, wcs)
    call.becomes("BUSY")
    expect(ask_button(page)).to_be_visible()
    dialled(page, wcs)
    expect(ask_button(page)).to_have_count(0)
