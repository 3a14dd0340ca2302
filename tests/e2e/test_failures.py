"""Parts that fail during a call: no telephone rings in doubt, and what has happened is recorded."""

from __future__ import annotations

import contextlib
import json
import urllib.request
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from hooks.models import Call, Event, Session
from tests.conftest import Gateway
from tests.demo.stand_in import StandIn
from tests.e2e.callers import Caller, Client
from tests.e2e.rows import TALKED
from tests.e2e.stage import SIGNING, eventually

pytestmark = pytest.mark.proof

WHOLE = f"sales: {TALKED}"


@pytest.fixture(scope="module")
def mortal(django_db_setup) -> Iterator[Gateway]:
    running = Gateway({"CLICKHOOK_HOOK_DEADLINE": "12"}, workers=1).start()
    yield running
    running.kill()


@pytest.fixture
def own_gateway(stage, mortal) -> Iterator[Gateway]:
    """One that a test may kill."""
    yield mortal
    if mortal.process.poll() is not None:
        mortal.start()


@pytest.fixture
def wcs(own_gateway) -> Iterator[StandIn]:
    """Waits two seconds for a hook."""
    hooks = f"http://127.0.0.1:{own_gateway.port}/hooks/key-of-acme-1"
    running = StandIn("--hooks", hooks, "--timeout", "2", secret=SIGNING["acme-1"])
    yield running
    running.stop()


@pytest.fixture
def client(stage, wcs, pages) -> Iterator[Client]:
    """Somebody at a console of Acme's page."""
    stage.phone("sales")
    caller = Client(wcs, pages.origin("www.acme.localhost"), "sales")
    stage.callers.append(caller)
    yield caller
    _leaves(caller)


@pytest.fixture
def visitor(kind, stage, wcs, pages, request) -> Iterator[Caller]:
    """A visitor of Acme's page; in --real runs one with a browser, too."""
    if kind == "client":
        yield request.getfixturevalue("client")
        return
    from tests.e2e.browser import Button

    stage.phone("sales")
    url = pages.with_button(pages.origin("www.acme.localhost"), wcs.url, "sales")
    caller = Button(request.getfixturevalue("chromium"), url)
    stage.callers.append(caller)
    yield caller
    _leaves(caller)


def _leaves(caller: Caller) -> None:
    caller.leave()
    eventually(
        lambda: not Session.objects.filter(ended_at=None).exists(), "the end of every session"
    )


@contextlib.contextmanager
def calls_locked() -> Iterator[None]:
    """The database takes its time with calls, and with nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE hooks_call IN SHARE MODE")
        yield


def no_telephone_rang(stage) -> None:
    """The call was refused, or ended by WCS, with its session or by the housekeeping."""
    stage.call()  # the hook that was slow is answered last
    stage.ends_with("sales: *")
    call = stage.ended()
    assert (call.ringing_at, call.answered_at, call.sip_status) == (None, None, None)
    assert stage.invites() == []
    assert stage.rang("sales") == 0


def test_a_gateway_that_is_down_at_the_click_lets_nobody_in(stage, own_gateway, visitor):
    own_gateway.kill()
    visitor.dial()
    visitor.wait("refused")
    own_gateway.start()
    assert stage.invites() == []
    stage.ends_with(sessions=0)


def test_a_gateway_that_is_down_at_the_call_means_no_call(stage, own_gateway, wcs, visitor):
    visitor.dial(meanwhile=own_gateway.kill)
    visitor.wait("refused")
    visitor.leave()
    wcs.wait_for(what="ended")
    own_gateway.start()
    assert stage.invites() == []
    assert stage.rang("sales") == 0
    stage.a_day_passes()
    stage.ends_with()


def test_a_call_outlives_its_gateway(stage, own_gateway, visitor):
    visitor.dial()
    visitor.wait("talking")
    own_gateway.kill()
    own_gateway.start()
    visitor.hang_up()
    visitor.wait("ended")
    stage.ends_with(WHOLE)


def test_an_end_that_nobody_heard_of_comes_with_the_end_of_the_session(stage, own_gateway, client):
    client.dial()
    client.wait("talking")
    own_gateway.kill()
    client.hang_up()
    client.wait("ended")
    own_gateway.start()
    assert Call.objects.get().ended_at is None
    stage.ends_with("sales: TRYING RING ESTABLISHED, 200, session")


def test_an_end_of_call_and_session_that_nobody_heard_of_comes_with_the_end_of_the_lease(
    stage, own_gateway, wcs, visitor
):
    """So it is with the button, which closes its session with its call."""
    visitor.dial()
    visitor.wait("talking")
    own_gateway.kill()
    visitor.hang_up()
    visitor.wait("ended")
    visitor.leave()
    wcs.wait_for(what="ended")
    own_gateway.start()
    assert Call.objects.get().ended_at is None
    stage.a_day_passes()
    stage.ends_with("sales: TRYING RING ESTABLISHED, 200, reaper")
    assert Call.objects.get().duration is None  # nobody knows it


def test_a_hook_that_is_slow_is_waited_for(stage, wcs, visitor):
    with calls_locked():
        visitor.dial()
        wcs.wait_for(what="frame", name="call")
    visitor.wait("talking")
    stage.ends_with(WHOLE)


def test_a_hook_that_is_slower_than_wcs_waits_means_no_call(stage, visitor):
    with calls_locked():
        visitor.dial()
        visitor.wait("refused")
    no_telephone_rang(stage)


def test_a_visitor_who_leaves_while_the_hook_is_slow_makes_no_telephone_ring(stage, wcs, visitor):
    with calls_locked():
        visitor.dial()
        wcs.wait_for(what="frame", name="call")
        visitor.leave()
    no_telephone_rang(stage)


def test_the_vendors_page_makes_a_ghost_call_where_the_hook_is_slow(stage, wcs, client):
    """The SDK reports no hang-up before the first answer, and the page stays connected."""
    with calls_locked():
        client.dial()
        wcs.wait_for(what="frame", name="call")
    stage.heard("sales", call="answered")
    client.wait("talking")
    stage.ends_with(WHOLE)


def test_whoever_hangs_up_with_our_button_while_the_hook_is_slow_makes_no_ghost_call(
    stage, wcs, visitor, kind
):
    with calls_locked():
        visitor.dial()
        wcs.wait_for(what="frame", name="call")
        if kind == "button":
            visitor.hang_up()
            visitor.wait("ended")
        else:
            visitor.leave()  # what the button does
        wcs.wait_for(what="frame", name="call")
    no_telephone_rang(stage)


def test_events_that_overtake_one_another_make_the_same_call(stage, own_gateway, pages):
    hooks = f"http://127.0.0.1:{own_gateway.port}/hooks/key-of-acme-1"
    with StandIn("--hooks", hooks, "--out-of-order", secret=SIGNING["acme-1"]) as wcs:
        caller = Client(wcs, pages.origin("www.acme.localhost"), "sales")
        stage.callers.append(caller)
        stage.phone("sales")
        caller.dial()
        caller.wait("talking")
        caller.hang_up()
        caller.wait("ended")
        call = stage.ended()
        assert (call.ended_by, call.sip_status) == ("finish", 200)
        _leaves(caller)
    statuses = Event.objects.filter(call=call, method="CallStatusEvent").values_list(
        "body__status", flat=True
    )
    assert sorted(statuses) == ["ESTABLISHED", "FINISH", "RING", "TRYING"]
    call.refresh_from_db()
    assert call.answered_at is not None
    assert Session.objects.get().ended_by == "disconnected"


def test_a_call_is_ended_by_the_interface_of_wcs_itself(stage, wcs, client):
    """What a kill switch would use."""
    client.dial()
    client.wait("talking")
    body, headers = (
        json.dumps({"callId": client.call_id}).encode(),
        {"Content-Type": "application/json"},
    )
    asked = urllib.request.Request(f"{wcs.rest}/call/terminate", body, headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        assert answer.status == 200
    client.wait("ended")
    stage.heard("sales", call="ended")
    stage.ends_with(WHOLE)
