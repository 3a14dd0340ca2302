"""Parts that fail in the middle of it: when in doubt no telephone rings, and what did happen is recorded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from hooks.models import Call, Session
from tests.conftest import Gateway
from tests.demo.stand_in import StandIn
from tests.e2e.callers import Client
from tests.e2e.stage import SIGNING, eventually


@pytest.fixture(scope="module")
def mortal(django_db_setup) -> Iterator[Gateway]:
    running = Gateway(workers=1).start()
    yield running
    running.kill()


@pytest.fixture
def own_gateway(stage, mortal) -> Iterator[Gateway]:
    """One that a test may kill."""
    yield mortal
    if mortal.process.poll() is not None:
        mortal.start()


@pytest.fixture
def impatient(own_gateway, stage, pages) -> Iterator[Client]:
    """A visitor of Acme's page; its media server waits two seconds for a hook."""
    hooks = f"http://127.0.0.1:{own_gateway.port}/hooks/key-of-acme-1"
    wcs = StandIn("--hooks", hooks, "--timeout", "2", secret=SIGNING["acme-1"])
    visitor = Client(wcs, pages.origin("www.acme.localhost"), "sales")
    stage.callers.append(visitor)
    stage.phone("sales")
    yield visitor
    visitor.leave()
    eventually(lambda: not Session.objects.filter(ended_at=None).exists(), "the end of every session")
    wcs.stop()


@contextlib.contextmanager
def calls_locked() -> Iterator[None]:
    """The database takes its time with calls, and with nothing else."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE hooks_call IN SHARE MODE")
        yield


def test_a_gateway_that_is_down_at_the_click_lets_nobody_in(stage, own_gateway, impatient):
    own_gateway.kill()
    impatient.dial()
    impatient.wait("refused")
    own_gateway.start()
    assert stage.invites() == []


def test_a_gateway_that_is_down_at_the_call_means_no_call(stage, own_gateway, impatient):
    visitor = impatient.connect()
    visitor.expect("getUserData")
    own_gateway.kill()
    visitor.call("sales")
    impatient.wait("refused")
    impatient.wait("failed")
    own_gateway.start()
    assert stage.invites() == []
    assert stage.rang("sales") == 0


def test_a_call_outlives_its_gateway(stage, own_gateway, impatient):
    impatient.dial()
    impatient.wait("talking")
    own_gateway.kill()
    own_gateway.start()
    impatient.hang_up()
    impatient.wait("ended")
    assert stage.ended().ended_by == "finish"


def test_an_end_that_nobody_heard_of_comes_with_the_end_of_the_session(stage, own_gateway, impatient):
    impatient.dial()
    impatient.wait("talking")
    own_gateway.kill()
    impatient.hang_up()
    impatient.wait("ended")
    own_gateway.start()
    assert Call.objects.get().ended_at is None
    impatient.leave()
    assert stage.ended().ended_by == "session"


def test_a_hook_that_is_slow_is_waited_for(stage, impatient):
    with calls_locked():
        impatient.dial()
        eventually(lambda: impatient._wcs.said(what="frame", name="call"), "the call frame")
    impatient.wait("talking")


def test_a_hook_that_is_slower_than_wcs_waits_means_no_call(stage, impatient):
    with calls_locked():
        impatient.dial()
        impatient.wait("refused")
    assert stage.rang("sales") == 0
    assert stage.invites() == []


def test_a_visitor_who_leaves_while_the_hook_is_slow_makes_no_telephone_ring(stage, impatient):
    with calls_locked():
        impatient.dial()
        eventually(lambda: impatient._wcs.said(what="frame", name="call"), "the call frame")
        impatient.leave()
    stage.ended()
    assert stage.invites() == []
    assert stage.rang("sales") == 0


def test_the_vendors_page_makes_a_ghost_call_where_the_hook_is_slow(stage, impatient):
    """Its SDK tells nobody of a hang-up before the first answer, and its page keeps the connection: so ours does not."""
    with calls_locked():
        impatient.dial()
        eventually(lambda: impatient._wcs.said(what="frame", name="call"), "the call frame")
    stage.heard("sales", call="answered")
