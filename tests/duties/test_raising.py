"""The worker lets raises of limits hold when their time has come."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial

from django.utils import timezone

from hooks.duties.clock_steps import ClockSteps
from hooks.duties.delivering import Deliveries
from hooks.duties.raising import raise_limits
from hooks.duties.sending_messages import Messages
from hooks.duties.worker import make_duties
from tenants.models import LimitRaise, Tenant
from tests.duties.turns import take_turn


def test_a_raise_holds_when_its_waiting_time_is_over(cast):
    Tenant.objects.update(limits={"calls_per_hour": 1})
    raised = LimitRaise.objects.create(
        tenant=cast.acme,
        thing="tenant",
        row_key=str(cast.acme.pk),
        row_name="acme",
        field="limits.calls_per_hour",
        before=1,
        after=5,
        asked_by_name="anna",
    )
    assert take_turn(partial(raise_limits, steps=ClockSteps())) == ""
    LimitRaise.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    steps = ClockSteps()
    steps.learn(time.time() - 86_400, time.monotonic() - 5)
    doubting = take_turn(partial(raise_limits, steps=steps))
    assert doubting.startswith("0 raises hold, 0 fell back; raises wait: ")
    assert take_turn(partial(raise_limits, steps=ClockSteps())) == "1 raises hold, 0 fell back"
    assert take_turn(partial(raise_limits, steps=ClockSteps())) == ""
    assert Tenant.objects.get(pk=cast.acme.pk).limits == {"calls_per_hour": 5}

    raised.refresh_from_db()
    assert raised.decision == "elapsed"
    assert "raising" in [duty.name for duty in make_duties(Deliveries(), Messages())]
