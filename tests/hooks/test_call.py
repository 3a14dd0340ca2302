"""The call hook: whom the visitor reaches, and what of the browser's is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hooks.methods import CALL_FIELDS
from hooks.models import Call, Event, Session
from hooks.rewriting import call_answer
from tenants.models import Tenant
from tests.cast import ACME_SIGNING


def test_it_dials_the_number_behind_the_alias(acme):
    acme.connected()
    for number, (callee, target) in enumerate(
        [
            ("sales", "+4930123456"),
            ("support", "sip:help@pbx.acme.example"),
            (..., "+4930123456"),
            (None, "+4930123456"),
            ("", "+4930123456"),
        ]
    ):
        answer = acme.post("call", callee=callee, callId=f"c{number}")

        assert answer.status == 200
        assert answer.json["callee"] == target
        call = Call.objects.get(wcs_call_id=f"c{number}")
        assert (call.decision, call.reason, call.target) == ("allowed", "allowed", target)
        assert call.alias == ("" if callee is ... else callee or "")


def test_it_sets_everything_a_visitor_could_choose(acme):
    acme.connected()

    answer = acme.post("call").json
    assert answer == call_answer("+4930123456", "10001")
    assert set(answer) == set(CALL_FIELDS)


def test_a_domain_may_have_a_default_of_its_own(acme):
    acme.connected(origin="https://berlin.shops.acme.example")

    assert acme.post("call", callee=None).json["callee"] == "sip:help@pbx.acme.example"
    assert acme.post("call", callId="named", callee="sales").json["callee"] == "+4930123456"


NO_ALIASES = [
    *("+88213000000", "88213000000", "+4930123456", "sip:help@pbx.acme.example"),
    *("sip:penguin@antarctica.example", "sales@evil.example", "Sales", "sales "),
    *("sales\r\nX-Evil: 1", "override_by_rest", "frontdesk", "' OR 1=1 --", "*", "%"),
]


def test_it_refuses_whatever_is_no_alias_of_the_tenant(acme):
    acme.connected()
    for callee in NO_ALIASES:
        assert acme.post("call", callee=callee, callId=callee).is_neutral_refusal
        call = Call.objects.get(wcs_call_id=callee)
        assert (call.decision, call.reason) == ("refused", "callee_unknown")
        assert (call.target, call.ended_by) == ("", "refused")
        event = Event.objects.latest("id")
        assert (event.reason, event.call_id) == ("callee_unknown", call.id)


def test_a_callee_that_is_removed_and_added_again_is_held_by_its_tenants_limits(acme, cast):
    Tenant.objects.update(limits={"calls_per_day": 3}, tickets="off")
    cast.sales.limits = {"calls_per_day": 1}
    cast.sales.save()
    acme.connected()

    def ask(number: int) -> str:
        acme.post("call", callId=f"c{number}", callee="sales")
        call = Call.objects.get(wcs_call_id=f"c{number}")
        return call.reason

    assert [ask(1), ask(2)] == ["allowed", "calls_per_day"]
    fields = {"alias": "sales", "target": cast.sales.target}
    cast.sales.delete()
    cast.acme.callees.create(**fields)
    assert [ask(3), ask(4), ask(5)] == ["allowed", "allowed", "calls_per_day"]
    assert Event.objects.latest("id").detail == "tenant"


def test_it_refuses_an_absent_callee_without_a_default(acme, cast):
    cast.acme.callees.update(default=False)
    acme.connected()

    assert acme.post("call", callee=None).is_neutral_refusal
    assert Call.objects.get().reason == "callee_no_default"


def test_it_refuses_a_call_before_its_connect(acme):
    assert acme.post("call").is_neutral_refusal
    assert not Call.objects.exists()
    assert Event.objects.get().reason == "session_unknown"


def test_it_refuses_a_call_in_an_ended_session(acme):
    acme.connected()
    acme.post("ConnectionStatusEvent", "connection_disconnected")

    assert acme.post("call").is_neutral_refusal
    assert Event.objects.latest("id").reason == "session_ended"


def test_it_refuses_a_session_of_another_instance_or_node(acme, shared):
    acme.connected()
    shared.session = acme.session
    assert shared.post("call").is_neutral_refusal
    assert acme.post("call", nodeId="another-node").is_neutral_refusal
    assert not Call.objects.exists()


REVOKED = {
    "tenant_suspended": lambda cast: Tenant.objects.update(status="suspended"),
    "tenant_not_served": lambda cast: cast.acme_1.tenants.clear(),
    "origin_revoked": lambda cast: cast.acme.domains.all().delete(),
    "sip_account_missing": lambda cast: cast.acme.sip_accounts.update(enabled=False),
}


@pytest.mark.parametrize(("reason", "revoke"), REVOKED.items(), ids=REVOKED.keys())
def test_whatever_let_the_session_in_must_still_hold(acme, cast, reason, revoke):
    acme.connected()
    revoke(cast)

    assert acme.post("call").is_neutral_refusal
    assert Call.objects.get().reason == reason


def test_a_domain_that_became_another_no_longer_covers_the_session(acme, cast):
    acme.connected()
    cast.acme.domains.filter(origin="https://www.acme.example").update(
        origin="https://new.acme.example"
    )

    assert acme.post("call").is_neutral_refusal
    assert Call.objects.get().reason == "origin_revoked"


def test_it_checks_the_app_key_again(acme, cast):
    cast.acme_1.app_key = "acme-c2c"
    cast.acme_1.save(update_fields=["app_key"])
    acme.connected(appKey="acme-c2c")

    assert acme.post("call").is_neutral_refusal
    assert acme.post("call", appKey="acme-c2c", callId="second").status == 200


def test_a_repeated_call_changes_nothing(acme):
    acme.connected()
    answers = [acme.post("call") for _ in range(3)]

    assert [answer.json for answer in answers] == [answers[0].json] * 3
    assert Call.objects.count() == 1


def test_a_call_id_names_one_call(acme):
    acme.connected()
    acme.post("call")

    assert acme.post("call", callee="support").is_neutral_refusal
    assert Event.objects.latest("id").reason == "call_id_reused"
    acme.post("CallStatusEvent", "call_ring")
    assert acme.post("call").is_neutral_refusal  # it would be a second talk, counted as none
    assert Event.objects.latest("id").reason == "call_id_reused"
    acme.post("CallStatusEvent", "call_finish")
    assert acme.post("call").is_neutral_refusal
    assert Event.objects.latest("id").reason == "call_ended"
    assert Call.objects.get().target == "+4930123456"


@pytest.mark.parametrize("info", ["Calls are not available here", "Forbidden"])
def test_a_refused_call_under_the_id_of_a_living_one_does_not_end_it(acme, info):
    """Else a visitor's calls would last longer than their records say."""
    acme.connected()
    acme.post("call")
    acme.post("CallStatusEvent", "call_established")
    assert acme.post("call", callee="support").is_neutral_refusal
    acme.post("CallStatusEvent", "call_failed", info=info, sipStatus=None)
    assert Call.objects.get().ended_at is None
    acme.post("CallStatusEvent", "call_finish")
    assert Call.objects.get().ended_by == "finish"


@pytest.mark.proof
def test_a_thousand_duplicates_at_once_are_one_call(acme, gateway, cast):
    acme.connected()

    def post(_: int) -> list[int]:
        wcs = gateway.wcs(cast.acme_1.key, ACME_SIGNING)
        wcs.session = acme.session
        try:
            return [wcs.post("call").status for _ in range(25)]
        finally:
            wcs.close()

    with ThreadPoolExecutor(40) as pool:
        statuses = [status for found in pool.map(post, range(40)) for status in found]
    assert statuses == [200] * 1000
    assert Call.objects.count() == 1
    reasons = list(Event.objects.filter(method="call").values_list("reason", flat=True))
    assert sorted(reasons) == ["allowed"] + ["duplicate"] * 999


def test_a_hundred_connects_of_one_session_at_once_are_one_session(acme, gateway, cast):
    def post(_: int) -> int:
        wcs = gateway.wcs(cast.acme_1.key, ACME_SIGNING)
        try:
            return wcs.post("connect", sessionId="the one").status
        finally:
            wcs.close()

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(post, range(100))) == [200] * 100
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("methods", "file", "reason"),
    [
        (("transfer", "snapshot", "aMethodOfALaterBuild"), "transfer", "method_refused"),
        (("OnCallEvent", "OnMessageEvent"), "call", "incoming_refused"),
    ],
)
def test_it_refuses_everything_else(acme, methods, file, reason):
    """tests/hooks/pure/test_policy.py has every method."""
    acme.connected()
    for method in methods:
        assert acme.post(method, file).is_neutral_refusal
        event = Event.objects.latest("id")
        assert (event.method, event.reason) == (method, reason)
    assert not Call.objects.exists()


def test_an_incoming_event_of_a_later_build_is_refused_too(acme):
    assert acme.post("OnSomethingEvent", "transfer").is_neutral_refusal


def test_hangup_is_never_refused(acme, cast):
    assert acme.post("hangup").json == {}
    acme.connected()
    acme.post("call")
    Tenant.objects.update(status="suspended")
    assert acme.post("hangup").status == 200
    assert acme.post("hangup", callId=..., appKey="other").status == 200


def test_a_callee_that_was_removed_or_moved_is_not_dialled_by_asking_again(acme, cast):
    acme.connected()
    acme.post("call", callee="support")
    cast.acme.callees.filter(alias="support").update(target="+4940000000")
    assert acme.post("call", callee="support").is_neutral_refusal
    cast.acme.callees.filter(alias="support").delete()
    assert acme.post("call", callee="support").is_neutral_refusal
    assert Call.objects.get().target == "sip:help@pbx.acme.example"
