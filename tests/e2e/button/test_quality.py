"""The quality of a call: sampled while people talk, told to the page, and kept by the gateway."""

from __future__ import annotations

import time

import pytest
from django.utils import timezone

from hooks.models import Call, CallQuality, Session, SpentTicket
from hooks.tickets.claims import parse_claims
from tests.e2e.button.test_calls import dialled, talking
from tests.e2e.button.test_embedding import ANSWER

NOTES_SAMPLES = """() => {
    document.samples = [];
    addEventListener("clickhook:quality", ({ detail }) => document.samples.push(detail));
}"""
SAMPLE = {"received", "lost", "sent", "sentLost", "jitter", "roundTrip"}


def with_sound(page, visitor, call) -> None:
    answer = page.page.evaluate(ANSWER, call.asked["sdp"])
    visitor.sends("setRemoteSDP", call.asked["callId"], answer, True)
    call.becomes("ESTABLISHED")
    page.is_in_state("talking")


def is_answered(cast, ticket: str, call_id: str) -> Call:
    """The rows that the hooks of this call leave; the test's WCS has none."""
    at = timezone.now()
    session = Session.objects.create(
        tenant=cast.acme,
        instance=cast.acme_1,
        wcs_session_id="s",
        origin="",
        sip_login="",
        opened_at=at,
    )
    jti = parse_claims(ticket).jti
    SpentTicket.objects.create(tenant=cast.acme, jti=jti, session_id=session.pk, until=at)
    return Call.objects.create(
        tenant=cast.acme,
        session=session,
        wcs_call_id=call_id,
        decision="allowed",
        reason="allowed",
        asked_at=at,
        answered_at=at,
    )


def kept() -> CallQuality:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if quality := CallQuality.objects.first():
            return quality
        time.sleep(0.1)
    raise AssertionError("no report came")


@pytest.mark.parametrize("ends", ["hangs up", "leaves the page"])
def test_the_gateway_keeps_one_report_with_the_call(visit, wcs, acme, cast, ends):
    page = visit()
    page.opens(page.tag(tickets=str(acme.public_key))).page.evaluate(NOTES_SAMPLES)
    page.button.click()
    visitor = wcs.visitor()
    ticket = visitor.receives("connection")["custom"]["ticket"]
    visitor.sends("getUserData", {})
    call = visitor.calls()
    row = is_answered(cast, ticket, call.asked["callId"])
    with_sound(page, visitor, call)
    page.page.wait_for_function("document.samples.length === 2")  # after 5 and 10 seconds
    [first, second] = page.page.evaluate("document.samples")
    if ends == "hangs up":
        page.button.click()
    else:
        page.page.goto("about:blank")

    quality = kept()
    assert set(first) == SAMPLE
    assert 100 < first["received"] < second["received"]
    assert (quality.call, quality.tenant, quality.samples) == (row, acme, 2)
    assert (quality.received, quality.lost) == (second["received"], second["lost"])
    assert quality.jitter <= quality.jitter_most < 1000
    assert quality.sent > 100


def test_without_the_gateways_ticket_nothing_is_told(visit, wcs):
    page = visit()
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.opens().page.evaluate(NOTES_SAMPLES)
    visitor, call = dialled(page, wcs)
    with_sound(page, visitor, call)
    page.page.wait_for_function("document.samples.length === 1")
    page.button.click()
    page.is_in_state("ended")
    assert not [url for url in asked if "quality" in url]


def test_a_short_call_has_no_quality(visit, wcs, acme):
    page = visit()
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.opens(page.tag(tickets=str(acme.public_key)))
    talking(page, wcs)
    page.button.click()
    page.is_in_state("ended")
    assert not [url for url in asked if "quality" in url]
    assert page.console == []
