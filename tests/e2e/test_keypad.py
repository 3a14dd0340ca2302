"""Tones and fallbacks, from the visitor to the real phone behind the stand-in."""

from __future__ import annotations

import json

import pytest

from hooks.models import Call, Event
from tenants.models import Callee
from tests.e2e.rows import TALKED

pytestmark = pytest.mark.proof

PIN = "40971"


def test_tones_reach_the_phone_and_are_written_nowhere(stage, dials):
    Callee.objects.filter(alias="sales").update(keypad=True)
    stage.phone("sales")
    caller = dials("sales", more="data-keypad")
    caller.wait("talking")
    stage.heard("sales", call="answered")

    caller.press(PIN + "#")
    for key in PIN + "#":
        stage.heard("sales", call="tone", key=key)
    tones = Event.objects.filter(method="sendDtmf")
    assert set(tones.values_list("reason", flat=True)) == {"allowed"}
    assert PIN not in json.dumps([*tones.values()], default=str)
    caller.hang_up()
    stage.ends_with(f"sales: {TALKED}")


def test_a_callee_who_wants_no_tones_hears_none(stage, client):
    stage.phone("sales")
    caller = client("sales")
    caller.dial()
    caller.wait("talking")
    stage.heard("sales", call="answered")

    caller.send_tones("1")
    caller.visitor.expect("fail", info="Calls are not available here")
    assert Event.objects.get(method="sendDtmf").reason == "method_refused"
    assert not stage.wcs().find_lines(what="goes on", method="sendDtmf", call=caller.call_id)
    stage.ends_with(f"sales: {TALKED}")


def test_the_visitors_next_call_goes_to_the_fallback(stage, client):
    Callee.objects.filter(alias="busy").update(fallback=["support"])
    stage.phone("busy"), stage.phone("support")
    caller = client("busy")
    caller.dial()
    caller.wait("busy")
    caller.dial_again()
    caller.wait("talking")

    stage.heard("support", call="answered")
    assert list(Call.objects.order_by("asked_at").values_list("fallback", "reason")) == [
        ("", "allowed"),
        ("support", "fallback"),
    ]
    stage.ends_with("busy: *", f"busy: {TALKED}")


def test_a_fallback_is_called_at_once_where_the_phone_rings_already(stage, client):
    Callee.objects.filter(alias="silent").update(ringing_capacity=1, fallback=["support"])
    stage.phone("silent"), stage.phone("support")
    first, second = client("silent"), client("silent")
    first.dial()
    first.wait("ringing")
    second.dial()
    second.wait("talking")

    stage.heard("support", call="answered")
    assert stage.rang("silent") == 1
    stage.ends_with("silent: *", f"silent: {TALKED}", sessions=2)
