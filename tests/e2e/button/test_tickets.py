"""The button's tickets in a real browser: got, carried to WCS, and done without where need be."""

from __future__ import annotations

from datetime import timedelta
from statistics import median

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
    page.page.wait_for_timeout(100)  # the browser's messages come in meanwhile
    assert any("no ticket from" in line for line in page.console)


# Answered in the page: the test waits for WCS meanwhile, and could not answer.
OWN_BACK_END = """
document.asked = [];
window.fetch = async (url, options) => {
    document.asked.push([new URL(url).pathname, JSON.parse(options.body)]);
    return new Response('{"ticket": "of its own"}');
};
"""


def test_the_pages_own_back_end_may_give_the_ticket(page, wcs, acme):
    page.page.add_init_script(OWN_BACK_END)
    page.opens(page.tag(tickets="/own-tickets"))

    assert press(page, wcs)["custom"] == {"ticket": "of its own"}
    asked = {"alias": "sales", "origin": page.site.address.rstrip("/")}
    assert page.page.evaluate("document.asked") == [["/own-tickets", asked]]


def test_an_answer_without_a_ticket_is_told_to_the_developer(page, wcs, acme):
    page.page.add_init_script(OWN_BACK_END.replace('"ticket"', '"token"'))
    page.opens(page.tag(tickets="/own-tickets"))

    assert not press(page, wcs).get("custom")
    page.page.wait_for_timeout(100)  # the browser's messages come in meanwhile
    assert any('its answer has no "ticket"' in line for line in page.console)


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
    """From the click to the ticket: challenge, work, microphone, ticket; nothing was done ahead."""
    page.opens(page.tag(tickets=str(acme.public_key)))
    session = page.page.context.new_cdp_session(page.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
    for _turn in range(8):
        page.button.dispatch_event("click")  # no pointer comes near before it
        assert wcs.visitor().receives("connection")["custom"]["ticket"]
        page.button.dispatch_event("click")
        page.is_in_state("ended")

    asked = page.page.evaluate(COST)
    starts, ends = asked[::2], asked[1::2]
    costs = [end[1] - start[0] for start, end in zip(starts, ends, strict=True)]
    print("tickets cost", [round(cost) for cost in costs], "ms")
    assert median(costs[1:]) < BUDGET  # the first turn loads the Web SDK in between
