"""What differs between WCS and us is mended, and what WCS has is never closed here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties import sightings
from hooks.duties.ending import end_due_calls
from hooks.duties.reconciling import Reconciling
from hooks.models import Alarm, AnsweringNode, Call, Ending
from tests.duties.conftest import make_call
from tests.duties.rest_server import NODE, drip, reply
from tests.duties.turns import take_turn


@pytest.fixture
def reconciling(monkeypatch) -> Reconciling:
    monkeypatch.setattr(sightings, "APART", 0.001)
    return Reconciling()


@pytest.fixture
def older_call(living_call) -> Call:
    Call.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    living_call.refresh_from_db()
    return living_call


def compare(reconciling: Reconciling, times: int = 2) -> str:
    return [take_turn(reconciling.compare) for _ in range(times)][-1]


def is_living(call: Call) -> bool:
    call.refresh_from_db()
    return call.ended_at is None


def test_what_both_have_stays(reconciling, older_call):
    compare(reconciling, times=3)
    assert is_living(older_call)
    assert not Ending.objects.exists()


def test_a_lost_end_is_noticed_at_the_second_look(reconciling, older_call, rest):
    rest.calls.clear()
    compare(reconciling, times=1)
    assert is_living(older_call)
    assert "WCS has no more" in compare(reconciling, times=1)
    assert not is_living(older_call)
    assert (older_call.ended_by, older_call.end_info) == ("reaper", "WCS has it no more.")


def test_a_call_that_comes_back_in_between_stays(reconciling, older_call, rest):
    calls = dict(rest.calls)
    for listed in ({}, calls, {}):
        rest.calls = dict(listed)
        compare(reconciling, times=1)
    assert is_living(older_call)


def test_a_young_call_is_left_alone(reconciling, living_call, rest):
    rest.calls.clear()
    compare(reconciling, times=3)
    assert is_living(living_call)


UNBELIEVABLE = {
    "fault": lambda request: reply(request, 500),
    "unauthorised": lambda request: reply(request, 401),
    "redirect": lambda request: reply(request, 302, Location="/elsewhere"),
    "text": lambda request: reply(request, 200, "nonsense"),
    "partly": lambda request: reply(request, 200, [{"callId": "other"}, {"cut": True}]),
    "slow": drip,
}


@pytest.mark.proof
@pytest.mark.parametrize("answer", UNBELIEVABLE.values(), ids=UNBELIEVABLE)
def test_a_list_that_fails_changes_nothing(reconciling, older_call, rest, answer):
    rest.calls.clear()
    rest.answers["call/find_all"] = answer
    compare(reconciling)
    assert is_living(older_call)


def test_a_list_that_leaves_a_call_out_changes_nothing(reconciling, older_call, rest):
    rest.answers["call/find_all"] = lambda request: reply(request, 200, [])
    compare(reconciling, times=3)
    assert is_living(older_call)


def test_a_404_proves_nothing_until_the_node_was_listed(reconciling, older_call, rest):
    AnsweringNode.objects.all().delete()
    rest.answers["*"] = lambda request: reply(request, 404)
    compare(reconciling, times=3)
    assert is_living(older_call)

    rest.answers.clear()
    rest.calls.clear()  # the connection is still listed, which names the node
    compare(reconciling, times=2)
    assert not is_living(older_call)
    assert AnsweringNode.objects.get().node_id == NODE


def test_another_node_of_the_cluster_is_not_spoken_for(reconciling, cast, wcs_with_rest, rest):
    call = make_call(cast, wcs_with_rest, asked_at=timezone.now() - timedelta(minutes=1))
    call.session.node_id = "node-2"
    call.session.save()
    compare(reconciling, times=3)
    assert is_living(call)


def test_a_call_that_was_never_asked_for_is_ended(reconciling, older_call, rest):
    rest.add_call("strange", "session-1", callee="+88299", status="ESTABLISHED")
    compare(reconciling)
    strange = Call.objects.get(wcs_call_id="strange")
    assert (strange.reason, strange.target) == ("call_never_asked", "+88299")
    assert Alarm.objects.get().kind == "unknown_call"

    take_turn(end_due_calls)
    assert set(rest.calls) == {"call-1"}


def test_a_call_that_ended_here_is_ended_there(reconciling, older_call, rest):
    Call.objects.update(ended_at=timezone.now(), ended_by="reaper")
    compare(reconciling)
    take_turn(end_due_calls)
    assert rest.calls == {}
    assert not Alarm.objects.exists()


def test_calls_of_other_applications_are_left_alone(reconciling, older_call, rest):
    rest.add_call("theirs", "their-session")
    assert "calls of other applications: 1" in compare(reconciling)
    assert not Ending.objects.exists()
