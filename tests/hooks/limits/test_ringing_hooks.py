"""Ringing, cool-down and fallbacks with hooks and the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from hooks.duties.reserving import reserve_slices
from hooks.models import Alarm, Call, Event, Meter, Switch, Worker
from tenants.models import Callee, Rate, SipAccount, Tenant
from tests.cast import ACME_SIGNING
from tests.duties.turns import take_turn

SUPPORT = "sip:help@pbx.acme.example"


@pytest.fixture
def sales(cast):
    return Callee.objects.filter(pk=cast.sales.pk)


def report(wcs, call_id: str, *files: str) -> None:
    for file in files:
        assert wcs.post("CallStatusEvent", file, callId=call_id).status == 200


def test_so_many_calls_ring_at_once(sales, acme):
    sales.update(ringing_capacity=1)
    acme.connected()

    assert acme.post("call", callId="a").status == 200
    report(acme, "a", "call_ring")
    assert acme.post("call", callId="b").is_neutral_refusal
    assert Call.objects.get(wcs_call_id="b").reason == "ringing_busy"
    report(acme, "a", "call_established")
    assert acme.post("call", callId="c").status == 200
    report(acme, "c", "call_busy")
    assert acme.post("call", callId="d").status == 200


def test_no_more_calls_ring_than_may(sales, gateway, cast):
    sales.update(ringing_capacity=3)

    def call(number: int) -> int:
        with closing(gateway.wcs(cast.acme_1.key, ACME_SIGNING)) as wcs:
            return wcs.connected().post("call", callId=f"c{number}").status

    with ThreadPoolExecutor(20) as threads:
        statuses = list(threads.map(call, range(40)))
    assert statuses.count(200) == 3


def test_short_calls_close_a_callee_and_raise_one_alarm(sales, acme):
    sales.update(cool_down=300)
    acme.connected()
    for number in range(6):
        acme.post("call", callId=f"a{number}")
    for number in range(6):
        report(acme, f"a{number}", "call_ring", "call_finish")

    assert acme.post("call", callId="b", callee="support").status == 200
    assert acme.post("call", callId="c").is_neutral_refusal
    assert Call.objects.get(wcs_call_id="c").reason == "cooling_down"
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.tenant) == ("short_calls", Call.objects.first().tenant)
    assert alarm.wcs_call_id == "a4"


def test_the_worker_learns_from_ended_calls_too(sales, acme):
    sales.update(cool_down=300, fallback=["support"])
    acme.connected()
    for number in range(5):
        acme.post("call", callId=f"a{number}")
    for number in range(5):
        report(acme, f"a{number}", "call_ring", "call_finish")

    assert take_turn(reserve_slices) == "5 calls settled"
    assert Alarm.objects.get().kind == "short_calls"
    assert acme.post("call", callId="b").json["callee"] == SUPPORT
    event = Event.objects.filter(method="call").latest("id")
    assert event.detail == "support, instead of sales: cooling_down"


def test_a_failure_that_the_worker_settled_is_remembered(sales, acme):
    sales.update(fallback=["support"])
    acme.connected()
    acme.post("call", callId="a")
    report(acme, "a", "call_busy")

    assert take_turn(reserve_slices) == "1 calls settled"
    assert acme.post("call", callId="b").json["callee"] == SUPPORT


def test_a_busy_callee_is_followed_by_the_fallback(sales, acme):
    sales.update(fallback=["support"])
    acme.connected()
    acme.post("call", callId="a")
    report(acme, "a", "call_busy")

    assert acme.post("call", callId="b").json["callee"] == SUPPORT
    call = Call.objects.get(wcs_call_id="b")
    assert (call.alias, call.fallback, call.target) == ("sales", "support", SUPPORT)
    assert (call.decision, call.reason) == ("allowed", "fallback")
    event = Event.objects.get(call=call)
    assert event.detail == "support, instead of sales: not reached"


def test_a_repeated_call_goes_to_the_same_fallback(sales, acme):
    sales.update(ringing_capacity=1, fallback=["support"])
    acme.connected()
    acme.post("call", callId="a")
    assert acme.post("call", callId="b").json["callee"] == SUPPORT

    assert acme.post("call", callId="b").json["callee"] == SUPPORT
    assert Event.objects.latest("id").reason == "duplicate"
    Callee.objects.filter(alias="support").update(target="sip:other@pbx.acme.example")
    assert acme.post("call", callId="b").is_neutral_refusal


def test_somebody_else_is_called_first(sales, acme, gateway, cast):
    sales.update(fallback=["support"])
    acme.connected()
    acme.post("call", callId="a")
    report(acme, "a", "call_busy")

    with closing(gateway.wcs(cast.acme_1.key, ACME_SIGNING)) as another:
        assert another.connected().post("call").json["callee"] == "+4930123456"
    Call.objects.update(ended_at=F("ended_at") - timedelta(minutes=3), settled_at=None)
    Meter.objects.filter(scope__startswith="attempts").delete()
    assert acme.post("call", callId="b").json["callee"] == "+4930123456"


def test_a_fallback_that_is_switched_off_is_not_called(sales, acme, cast):
    sales.update(ringing_capacity=1, fallback=["support"])
    Switch.objects.create(key=f"callee {cast.support.pk}", name="x", because="x", by="x")
    acme.connected()
    acme.post("call", callId="a")

    assert acme.post("call", callId="b").is_neutral_refusal
    assert Call.objects.get(wcs_call_id="b").reason == "ringing_busy"


def test_a_fallback_may_have_a_weight(sales, acme):
    sales.update(ringing_capacity=1, fallback=[{"alias": "support", "weight": 3}, "nobody"])
    acme.connected()
    acme.post("call", callId="a")

    assert acme.post("call", callId="b").json["callee"] == SUPPORT


def test_another_tenants_callee_is_no_fallback(sales, acme):
    sales.update(ringing_capacity=1, fallback=["frontdesk", "nobody"])
    acme.connected()
    acme.post("call", callId="a")

    assert acme.post("call", callId="b").is_neutral_refusal


def test_a_fallback_is_called_at_its_own_rate(sales, acme, cast):
    now = timezone.now()
    Worker.objects.create(name="w", started_at=now, seen_at=now)
    sales.update(ringing_capacity=1, fallback=["support", "desk"])
    Callee.objects.create(tenant=cast.acme, alias="desk", target="+493022", limits={})
    Tenant.objects.update(limits={"money_per_day": "20.00"}, destinations=None)
    SipAccount.objects.update(internal_rate="0.10")
    prices = {"connect_fee": 0, "first_increment": 60, "next_increment": 60, "currency": "EUR"}
    Rate.objects.create(tenant=cast.acme, prefix="49", per_minute=20_000, **prices)
    acme.connected()

    acme.post("call", callId="a")
    acme.post("call", callId="b")
    calls = Call.objects.order_by("asked_at").values_list("reason", "reservation__money")
    assert list(calls) == [("allowed", 5 * 20_000), ("fallback", 5 * 100_000)]
