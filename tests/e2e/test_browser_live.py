"""The live page in Chromium: the board follows each call, and its time runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from hooks.models import Call
from tenants.models import StreamAlias, TicketKey
from tests.hooks.tickets.making import KID, SECRET, make_ticket
from tests.manager import signed_in

WITHIN_MILLISECONDS = 15_000


@pytest.fixture
def page(gateway, cast, chromium) -> Iterator[Any]:
    base = f"http://127.0.0.1:{gateway.port}"
    cookie = {"name": "sessionid", "value": signed_in().session.session_key, "url": base}
    context = chromium.new_context()
    context.add_cookies([cookie])
    page = context.new_page()
    page.set_default_timeout(WITHIN_MILLISECONDS)
    page.goto(base + reverse("admin:hooks_call_live"))
    expect(page.locator("#live-state")).to_have_text("Live.", timeout=WITHIN_MILLISECONDS)
    yield page
    context.close()


def expect_row(page: Page, state: str) -> None:
    """For how long is the clock's business."""
    text = re.compile(rf"acme\s+sales\s+{state}\s+00:\d\d\s+Hang up")
    row = page.locator("#live-board tbody tr")
    expect(row).to_have_text(text, use_inner_text=True, timeout=WITHIN_MILLISECONDS)


def test_the_board_follows_a_call(page, acme):
    nobody = page.get_by_text("Nobody calls at the moment.")
    expect(nobody).to_be_visible()
    acme.connected().post("call", callId="1", callee="sales")
    expect_row(page, "asked for")
    acme.post("CallStatusEvent", "call_ring", callId="1")
    expect_row(page, "ringing")
    acme.post("CallStatusEvent", "call_established", callId="1")
    expect_row(page, "talking")
    acme.post("CallStatusEvent", "call_finish", callId="1")
    expect(nobody).to_be_visible(timeout=WITHIN_MILLISECONDS)
    expect(page.locator("#live-board tbody tr")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_an_alias_that_a_page_made_up_widens_nothing(page, acme, width):
    page.set_viewport_size({"width": width, "height": 900})
    acme.connected().post("call", callId="1", callee="W" * 500)
    refused = page.locator("#live tr.is-refused")
    expect(refused).to_be_visible(timeout=WITHIN_MILLISECONDS)
    assert "W" * 50 in refused.inner_text()
    table = page.locator("#live")
    assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_table_follows_a_stream(page, acme, cast, worker_lives):
    TicketKey.objects.create(tenant=cast.acme, kid=KID, secret=SECRET)
    StreamAlias.objects.create(tenant=cast.acme, alias="studio", name="n-1", may_publish=True)
    streams = page.locator("#live-streams")
    expect(streams).to_be_hidden()
    acme.connected(custom={"ticket": make_ticket(alias=..., publish="studio")})
    acme.post("publishStream")
    row = streams.locator("tbody tr")
    expect(row).to_contain_text("asked for", timeout=WITHIN_MILLISECONDS)
    acme.post("StreamStatusEvent", "stream_publishing", name="n-1")
    expect(row).to_contain_text("running", timeout=WITHIN_MILLISECONDS)
    expect(row.locator("a")).to_have_text("studio")
    acme.post("StreamStatusEvent", "stream_publishing", name="n-1", status="UNPUBLISHED")
    expect(streams).to_be_hidden(timeout=WITHIN_MILLISECONDS)


def test_what_the_stream_left_out_is_put_right(page, acme):
    """As after a break of the connection: the board is read anew."""
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    acme.connected().post("call", callId="1", callee="sales")
    page.wait_for_timeout(1000)
    expect(page.locator("#live-board tbody tr")).to_have_count(0)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#live-board tbody tr")).to_have_count(1)

    page.evaluate("document.querySelector('#live-board tbody tr').remove()")
    page.evaluate("document.dispatchEvent(new CustomEvent('live:connected'))")
    expect(page.locator("#live-board tbody tr")).to_have_count(1)


def test_a_call_costs_more_and_more(page, acme):
    """0.60 a minute in steps of a second, after a first minute; and a connect fee of 0.01."""
    acme.connected().post("call", callId="1", callee="sales")
    Call.objects.update(reservation={"rate": [600_000, 10_000, 60, 1]})
    acme.post("CallStatusEvent", "call_established", callId="1")
    cost = page.locator("#live-board .cost")
    expect(cost).to_have_text("0.61 EUR", timeout=WITHIN_MILLISECONDS)

    Call.objects.update(answered_at=timezone.now() - timedelta(seconds=90))
    page.evaluate("document.dispatchEvent(new CustomEvent('live:connected'))")
    expect(cost).to_have_text(re.compile("0.9[1-9] EUR"), timeout=WITHIN_MILLISECONDS)


def test_a_call_is_ended_from_the_board(page, acme):
    """This WCS has no REST API: the page says so, and stays the live page."""
    acme.connected().post("call", callId="1", callee="sales")
    page.get_by_role("button", name="Hang up").click()
    expect(page.locator(".messagelist")).to_contain_text("Call 1:")
    expect(page.locator("#live-board-title")).to_be_visible()
