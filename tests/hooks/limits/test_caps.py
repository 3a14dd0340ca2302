"""200 calls at once against one cap, from three processes: never one more, and not one fewer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import pytest
from django.db.models import Max, Min

from hooks.models import Call, Meter
from tenants.models import Callee, Domain, SipAccount, Tenant
from tests.cast import ACME_SIGNING
from tests.conftest import Gateway

pytestmark = pytest.mark.proof

CALLS, SENDERS = 200, 40


@pytest.fixture(scope="module")
def three_processes(django_db_setup):
    running = Gateway({"CLICKHOOK_HOOK_DEADLINE": "10"}, workers=3).start()
    yield running
    running.stop()


@pytest.fixture
def sender(cast, three_processes):
    """Nobody here has a ticket: with tickets preferred, half of each limit would be theirs."""
    Tenant.objects.update(tickets="off")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            closing(three_processes.wcs(cast.acme_1.key, ACME_SIGNING))
        )


def call_at_once(sender, callees=("sales",)):
    """The answers' statuses, counted. Each sender is a visitor with a session of their own."""
    visitors = [sender() for _ in range(SENDERS)]
    for visitor in visitors:
        visitor.connected()

    def call(number: int) -> int:
        visitor = visitors[number % SENDERS]
        alias = callees[number % len(callees)]
        return visitor.post("call", callId=f"c{number}", callee=alias).status

    def call_in_turn(first: int) -> list[int]:
        return [call(number) for number in range(first, CALLS, SENDERS)]

    with ThreadPoolExecutor(SENDERS) as threads:
        statuses = [status for some in threads.map(call_in_turn, range(SENDERS)) for status in some]
    assert set(statuses) <= {200, 403}
    return statuses.count(200)


CAPS = [
    (Tenant, {"concurrent_calls": 37}, 37),
    (Tenant, {"calls_per_minute": 41}, 41),
    (Tenant, {"calls_per_hour": 43}, 43),
    (Tenant, {"calls_per_day": 47}, 47),
    (Tenant, {"minutes_per_day": 5 * 29}, 29),
    (Tenant, {"minutes_per_month": 5 * 31}, 31),
    (Domain, {"concurrent_calls": 36}, 36),
    (Callee, {"calls_per_hour": 35}, 35),
    (SipAccount, {"minutes_per_day": 5 * 34}, 34),
]


@pytest.mark.parametrize(("model", "limits", "fits"), CAPS)
def test_a_cap_holds_to_the_call(sender, worker_lives, model, limits, fits):
    model.objects.update(limits=limits)

    assert call_at_once(sender) == fits
    allowed = Call.objects.filter(decision="allowed")
    assert allowed.count() == fits
    assert set(allowed.values_list("settled_at", flat=True)) == {None}
    assert Meter.objects.get(scope="tenant").state["living"] == fits
    reasons = set(Call.objects.filter(decision="refused").values_list("reason", flat=True))
    assert reasons == {next(iter(limits))}


def test_money_holds_to_the_call(sender, worker_lives):
    """An extension at 0.10 a minute: half a unit for each first slice."""
    Callee.objects.filter(alias="sales").update(target="10002", number="")
    SipAccount.objects.update(internal_rate="0.10")
    Tenant.objects.update(limits={"money_per_day": "20.40"})

    assert call_at_once(sender) == 40
    assert Meter.objects.get(scope="tenant").state["day"][2] == 20_000_000


def test_in_no_second_are_there_more_than_its_calls(sender):
    Tenant.objects.update(limits={"calls_per_second": 5})

    allowed = call_at_once(sender)
    times = Call.objects.filter(decision="allowed").aggregate(
        first=Min("asked_at"), last=Max("asked_at")
    )
    assert 5 <= allowed <= 5 * (1 + (times["last"] - times["first"]).total_seconds() + 1)


def test_places_of_ended_calls_are_filled_again_at_once(sender):
    """More have ended than one statement reads, and nobody but the next call gives them back."""
    Tenant.objects.update(limits={"concurrent_calls": 150})
    assert call_at_once(sender) == 150

    visitor = sender()
    for call in Call.objects.filter(decision="allowed").select_related("session"):
        status = visitor.post(
            "CallStatusEvent", "call_finish", sessionId=call.session.wcs_session_id,
            callId=call.wcs_call_id,
        ).status  # fmt: skip
        assert status == 200
    assert Meter.objects.get(scope="tenant").state["living"] == 150

    Call.objects.filter(decision="refused").delete()
    assert call_again_at_once(sender) == 150


def call_again_at_once(sender):
    visitor = sender()
    visitor.connected()

    def call(number: int) -> int:
        with_own_connection = sender()
        with_own_connection.session = visitor.session
        return with_own_connection.post("call", callId=f"again{number}").status

    with ThreadPoolExecutor(SENDERS) as threads:
        return list(threads.map(call, range(CALLS))).count(200)


def test_without_tickets_half_of_a_cap_is_left_for_those_who_have_one(sender):
    Tenant.objects.update(limits={"concurrent_calls": 37}, tickets="preferred")

    assert call_at_once(sender) == 18
    assert Meter.objects.get(scope="unknown visitors").state["living"] == 18
