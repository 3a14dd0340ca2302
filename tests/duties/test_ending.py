"""Calls that WCS is to end, and every way in which it may not do so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from hooks.duties.ending import end_due_calls
from hooks.models import Alarm, AnsweringNode, Call, Ending
from hooks.wcs.ending import ASKED, CALLS, GONE
from hooks.wcs.rest_api.failures import Failure
from tests.conftest import ROOT
from tests.duties.conftest import make_call
from tests.duties.rest_server import reply
from tests.duties.turns import take_turn


def ask_to_end(call: Call) -> Ending:
    now = timezone.now()
    return Ending.objects.create(call=call, because="longest", since=now, due_at=now)


def take_turn_again() -> str:
    """Without the pause before the next try."""
    Ending.objects.update(due_at=timezone.now())
    return take_turn(end_due_calls)


def test_a_call_is_ended_once(living_call, rest):
    ending = ask_to_end(living_call)
    assert take_turn(end_due_calls) == "asked WCS to end 1 calls"
    assert rest.calls == {}
    ending.refresh_from_db()
    assert (ending.result, ending.done_at) == (ASKED, None)

    Call.objects.update(ended_at=timezone.now(), ended_by="finish")  # as WCS's event does
    assert take_turn_again() == ""
    ending.refresh_from_db()
    assert ending.done_at is not None
    assert rest.asked_for("call/terminate") == [{"callId": "call-1"}]
    assert rest.asked_for("connection/terminate") == []


def test_the_next_try_waits(living_call):
    ask_to_end(living_call)
    take_turn(end_due_calls)
    assert take_turn(end_due_calls) == ""


def test_the_next_try_does_not_wait_for_a_clock_that_was_stepped_back(living_call, rest):
    ask_to_end(living_call)
    Ending.objects.update(due_at=timezone.now() + timedelta(days=1))
    assert take_turn(end_due_calls) == "asked WCS to end 1 calls"
    assert rest.calls == {}


def test_a_wcs_that_does_not_end_calls_so_has_its_connection_ended(living_call, rest):
    rest.answers["call/terminate"] = lambda request: reply(request, 404)
    ask_to_end(living_call)
    take_turn(end_due_calls)
    assert rest.asked_for("connection/terminate") == [{"sessionId": "session-1"}]
    assert rest.calls == {}


def test_a_wcs_that_says_yes_and_does_nothing_is_asked_otherwise_and_told_of(living_call, rest):
    rest.answers["call/terminate"] = lambda request: reply(request, 200)
    rest.answers["connection/terminate"] = lambda request: reply(request, 200)
    ask_to_end(living_call)
    for _ in range(5):
        take_turn_again()
    assert rest.asked_for("connection/terminate") != []
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["not_ended"]
    living_call.refresh_from_db()
    assert living_call.ended_at is None


def test_what_wcs_has_no_more_is_closed_here(living_call, rest):
    rest.calls.clear()
    rest.connections.clear()
    ending = ask_to_end(living_call)
    take_turn(end_due_calls)
    ending.refresh_from_db()
    living_call.refresh_from_db()
    assert (ending.result, living_call.ended_by) == (GONE, "reaper")
    assert living_call.duration is None


def test_a_404_of_a_wrong_url_closes_nothing(living_call, rest):
    AnsweringNode.objects.all().delete()
    rest.answers["*"] = lambda request: reply(request, 404)
    ending = ask_to_end(living_call)
    take_turn(end_due_calls)
    ending.refresh_from_db()
    living_call.refresh_from_db()
    assert (ending.result, living_call.ended_at) == (Failure.NOT_FOUND, None)


@pytest.mark.parametrize(
    ("status", "failure"),
    [(401, Failure.CREDENTIALS), (302, Failure.REDIRECTED), (500, Failure.FAULT)],
)
def test_a_failure_is_noted_and_tried_again(living_call, rest, status, failure):
    rest.answers["*"] = lambda request: reply(request, status)
    ending = ask_to_end(living_call)
    take_turn(end_due_calls)
    ending.refresh_from_db()
    assert (ending.result, ending.done_at) == (failure, None)

    del rest.answers["*"]
    take_turn_again()
    assert rest.calls == {}


def test_an_instance_without_a_rest_api_says_so(living_call, cast):
    type(cast.acme_1).objects.filter(pk=cast.acme_1.pk).update(rest_api_url="")
    [tried] = CALLS.end_now([living_call.pk], "switch")
    assert tried.result is Failure.NOT_SET
    assert "no REST API" in tried.sentence


def test_many_calls_are_ended_beside_each_other(cast, wcs_with_rest, rest):
    def slowly(request):
        time.sleep(0.5)
        reply(request, 200)

    rest.answers["call/terminate"] = slowly
    calls = [make_call(cast, wcs_with_rest, number).pk for number in range(20)]
    began_at = time.monotonic()
    assert {tried.result for tried in CALLS.end_now(calls, "switch")} == {ASKED}
    assert time.monotonic() - began_at < 3


def test_two_workers_share_the_calls(cast, wcs_with_rest, rest):
    for number in range(12):
        call = make_call(cast, wcs_with_rest, number)
        rest.add_call(call.wcs_call_id, call.session.wcs_session_id)
        ask_to_end(call)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: take_turn(end_due_calls), range(3)))
    assert len(rest.asked_for("call/terminate")) == 12
    connections.close_all()


@pytest.mark.proof
def test_a_worker_that_is_killed_leaves_the_call_to_the_next_one(living_call, rest):
    """Killed while WCS is being asked: the row says that a try is due again."""
    asked = []

    def hang(request):
        asked.append(request)
        time.sleep(2)

    rest.answers["call/terminate"] = hang
    ending = ask_to_end(living_call)
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=os.environ)
    deadline = time.monotonic() + 30
    while not asked:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()

    ending.refresh_from_db()
    assert (ending.tries, ending.result, ending.done_at) == (1, "", None)
    del rest.answers["call/terminate"]
    take_turn_again()
    assert rest.calls == {}
    connection.close()
