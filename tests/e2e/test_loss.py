"""Loss prevention as people meet it: tickets, a cap and the kill switch, with real phones."""

from __future__ import annotations

import json
import re

import pytest

from hooks.duties.ending import end_due_calls
from hooks.duties.reserving import reserve_slices
from hooks.models import Ending, Event, Session
from tenants.models import Rate, Tenant
from tests.duties.turns import take_turn
from tests.e2e.callers import Client
from tests.e2e.rows import TALKED
from tests.e2e.stage import eventually

WHOLE = f"sales: {TALKED}"
DIME_A_MINUTE = {"per_minute": 100_000, "connect_fee": 0, "currency": "EUR"}
TICKET = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
# A page of the thief's making: it asks nobody for the ticket that it brings.
WITH_THE_SAME_TICKET = """
const ask = window.fetch;
window.fetch = async (url, options) => (`${url}`.includes("/stolen")
    ? new Response(JSON.stringify({ticket: TICKET})) : ask(url, options));
"""


@pytest.fixture
def acme_key(stage) -> str:
    """Acme requires tickets, and this is the key under which a page asks for them."""
    Tenant.objects.filter(pk=stage.cast.acme.pk).update(tickets="required")
    return str(stage.cast.acme.public_key)


@pytest.fixture
def talking(stage, dials, kind, worker_lives):
    """A call that costs 0.10 a minute; the day's money is enough for its first five minutes."""
    acme = stage.cast.acme
    Rate.objects.create(tenant=acme, prefix="49", **DIME_A_MINUTE)
    Tenant.objects.filter(pk=acme.pk).update(limits={"money_per_day": "0.90"}, tickets="off")
    stage.has_rest_api()
    stage.phone("sales")
    caller = dials("sales")
    caller.wait("talking")
    stage.heard("sales", call="answered")
    return caller


def has_ended(stage, caller, kind) -> None:
    """At both ends, and the visitor learns no more than that."""
    stage.heard("sales", call="ended")
    caller.wait("ended")
    if kind == "button":
        caller.says("The call has ended.")


def test_where_a_ticket_is_required_a_page_that_gets_one_calls(stage, dials, acme_key):
    stage.phone("sales")
    dials("sales", tickets=acme_key).wait("talking")

    session = Session.objects.get()
    assert (session.ticketed, session.ticket_alias) == (True, "sales")
    stage.ends_with(WHOLE)


def test_where_a_ticket_is_required_a_page_without_one_is_refused(stage, dials, kind, acme_key):
    caller = dials("sales")
    caller.wait("refused")
    if kind == "button":
        caller.says("Calls are not available here.")

    assert Event.objects.get(decision="refused").reason == "ticket_missing"
    assert stage.invites() == []
    stage.ends_with(sessions=0)


def test_a_ticket_is_worth_nothing_in_another_tab(stage, dials, kind, pages, request, acme_key):
    stage.phone("sales")
    first = dials("sales", tickets=acme_key)
    first.wait("talking")
    invites = len(stage.invites())
    thief = another_tab(stage, kind, pages, request, first)
    thief.dial()
    thief.wait("refused")

    assert Event.objects.get(decision="refused").reason == "ticket_replayed"
    assert (len(stage.invites()), stage.rang("sales")) == (invites, 1)
    first.hang_up()
    stage.ends_with(WHOLE)


def another_tab(stage, kind, pages, request, first):
    """It brings the ticket with which the first was let in."""
    origin = pages.origin("www.acme.localhost")
    if kind == "client":
        thief = Client(stage.wcs(), origin, "sales")
        thief.take_ticket = lambda: first.ticket
    else:
        from tests.e2e.browser import Button

        ticket = json.dumps(TICKET.search(first.everything)[0])
        url = pages.with_button(origin, stage.wcs().url, "sales", more='data-tickets="/stolen"')
        script = WITH_THE_SAME_TICKET.replace("TICKET", ticket)
        thief = Button(request.getfixturevalue("chromium"), url, script)
    stage.callers.append(thief)
    return thief


def test_a_call_ends_when_the_days_money_is_spent(stage, dials, kind, talking):
    stage.time_passes(seconds=280)  # of the 300 that are paid for
    assert take_turn(reserve_slices) == "1 calls to end"
    take_turn(end_due_calls)

    has_ended(stage, talking, kind)
    assert Ending.objects.get().because == "money"
    stage.ended()
    talking.leave()
    dials("sales").wait("refused")
    assert Event.objects.get(decision="refused").reason == "money_per_day"
    stage.ends_with(WHOLE, "sales: money_per_day", sessions=2)


def test_the_kill_switch_ends_the_call_and_the_next_click(stage, dials, kind, talking, manage):
    done = manage("kill_switch", "on", "--tenant", "acme", "--because", "stolen page", "--json")
    assert [call["result"] for call in json.loads(done.stdout)["calls"]] == ["asked"]

    has_ended(stage, talking, kind)
    eventually(lambda: stage.wcs().find_lines(what="rest", path="call/terminate"), "the order")
    talking.leave()
    caller = dials("sales")
    caller.wait("refused")
    if kind == "button":
        caller.says("Calls are not available here.")
    assert Event.objects.get(decision="refused").reason == "switched_off"
    stage.ends_with(WHOLE)
