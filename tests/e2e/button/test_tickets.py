"""The button's tickets in a real browser: got, carried to WCS, and done without where need be."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import jwt
import pytest
from django.utils import timezone

from tests.e2e.button.customers_page import CustomersPage

SLOW = 6  # times slower than this machine: about a phone of the middle range
BUDGET = 400  # ms of the visitor's time
COST = """() => {
    const asked = performance.getEntriesByType("resource").filter(({name}) => /tickets/.test(name));
    return asked.map(({startTime, responseEnd}) => [startTime, responseEnd]);
}"""


@pytest.fixture
def acme(cast, site):
    """Has the page's origin."""
    address = urlsplit(site.address)
    cast.acme.domains.create(origin=f"{address.scheme}://{address.netloc}")
    return cast.acme


@pytest.fixture
def page(visit) -> CustomersPage:
    return visit()


def press(page: CustomersPage, wcs) -> dict:
    """What the connection brings."""
    page.button.click()
    return wcs.visitor().receives("connection")


def test_each_call_carries_a_ticket_of_its_own(page, wcs, acme):
    page.opens(page.tag(tickets=str(acme.public_key)))
    tickets = []
    for _turn in range(2):
        tickets.append(press(page, wcs)["custom"]["ticket"])
        page.button.click()
        page.is_in_state("ended")

    claims = [jwt.decode(text, options={"verify_signature": False}) for text in tickets]
    assert claims[0]["jti"] != claims[1]["jti"]
    assert claims[0]["alias"] == "sales"
    assert claims[0]["origin"] == page.site.address.rstrip("/")


POLICY = "default-src 'none'; script-src {gateway}; connect-src {gateway} ws://127.0.0.1:*"


def test_a_page_that_forbids_workers_gets_one_too(page, wcs, acme):
    policy = POLICY.format(gateway=page.gateway)
    page.opens(page.tag(tickets=str(acme.public_key)), policy=policy)

    assert press(page, wcs)["custom"]["ticket"]


def test_without_the_attribute_nothing_is_asked(page, wcs, acme):
    page.opens()

    assert not press(page, wcs).get("custom")
    assert page.page.evaluate(COST) == []


@pytest.mark.parametrize("key", ["00000000-0000-4000-8000-000000000000", "/nowhere"])
def test_without_a_ticket_the_gateway_decides(page, wcs, acme, key):
    page.opens(page.tag(tickets=key))

    assert not press(page, wcs).get("custom")
    assert any("no ticket from" in line for line in page.console)


def test_the_pages_own_back_end_may_give_the_ticket(page, wcs, acme):
    page.opens(page.tag(tickets="/own-tickets"))
    asked = []

    def answer(route) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json={"ticket": "of the page's own"})

    page.page.route("**/own-tickets", answer)
    assert press(page, wcs)["custom"] == {"ticket": "of the page's own"}
    assert asked == [{"alias": "sales", "origin": page.site.address.rstrip("/")}]


def test_a_closed_tenant_asks_for_no_microphone(page, wcs, acme):
    tomorrow = timezone.now() + timedelta(days=1)
    hours = {f"{tomorrow:%a}".lower(): ["09:00-17:00"]}
    type(acme).objects.filter(pk=acme.pk).update(hours=hours, time_zone="UTC")
    page.notes_microphones()
    page.opens(page.tag(tickets=str(acme.public_key)))
    page.button.click()

    page.is_in_state("closed")
    said = page.element.get_by_role("status").inner_text()
    assert said.startswith(f"We are closed now and open again on {tomorrow:%A}")
    assert "09:00" in said
    assert page.microphones == []
    assert wcs.nobody_came()


def test_it_costs_the_visitor_little(page, wcs, acme):
    page.opens(page.tag(tickets=str(acme.public_key)))
    session = page.page.context.new_cdp_session(page.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
    # Only what the tickets cost: nothing else is waited for.
    page.page.evaluate("navigator.mediaDevices.getUserMedia = () => new Promise(() => {})")
    page.button.hover()
    page.page.wait_for_timeout(BUDGET)
    page.page.wait_for_load_state("networkidle")
    costs = page.page.evaluate(COST)

    assert len(costs) == 1  # the challenge; the ticket itself is asked for after the click
    began, ended = costs[0]
    assert ended - began < BUDGET
