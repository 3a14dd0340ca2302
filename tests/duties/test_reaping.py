"""The reaper: what nobody ended is closed, and an end that comes later is believed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.reaping import Reaping
from hooks.models import Call, Session
from tests.duties.turns import take_turn

pytestmark = pytest.mark.proof


def test_the_reaper_closes_what_nobody_ended(acme):
    acme.connected()
    acme.post("call")
    acme.post("call", callId="answered")
    acme.post("CallStatusEvent", "call_established", callId="answered")
    Call.objects.update(asked_at=timezone.now() - timedelta(minutes=11))

    take_turn(Reaping(ClockSteps()).end_lost_calls)
    lost = Call.objects.get(ended_by="reaper")
    assert (lost.wcs_call_id != "answered", lost.duration) == (True, None)
    assert Call.objects.get(wcs_call_id="answered").ended_at is None

    Call.objects.filter(wcs_call_id="answered").update(asked_at=timezone.now() - timedelta(hours=5))
    Session.objects.update(opened_at=timezone.now() - timedelta(hours=25))
    take_turn(Reaping(ClockSteps()).end_lost_sessions)
    take_turn(Reaping(ClockSteps()).end_lost_calls)
    assert not Call.objects.filter(ended_at=None).exists()
    assert Session.objects.get().ended_by == "reaper"
    assert Call.objects.get(wcs_call_id="answered").duration is None


def test_the_end_that_comes_after_the_reaper_is_believed(acme):
    acme.connected()
    acme.post("call")
    Call.objects.update(asked_at=timezone.now() - timedelta(minutes=11))
    take_turn(Reaping(ClockSteps()).end_lost_calls)
    assert Call.objects.get().ended_by == "reaper"
    acme.post("CallStatusEvent", "call_busy")

    assert Call.objects.get().ended_by == "busy"
