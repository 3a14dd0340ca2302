"""What happens is written for a tenant's endpoints in the same transaction: once, in its order."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties import reserving
from hooks.duties.clock_steps import ClockSteps
from hooks.duties.reaping import Reaping
from hooks.models import Alarm, Call, LimitNotice, Session, WebhookDelivery, WebhookMessage
from tenants.models import WebhookEndpoint
from tests.cast import ACME_SIGNING, SECRETS
from tests.duties.turns import take_turn
from tests.hooks.test_outage import AWAY, database_away, eventually, lone  # noqa: F401
from tests.hooks.webhooks.receiver import SECRET


@pytest.fixture
def endpoint(cast):
    url = "https://crm.acme.example/hook"
    return WebhookEndpoint.objects.create(tenant=cast.acme, url=url, secret=SECRET)


def a_whole_call(wcs, origin="https://www.acme.example", **more) -> None:
    assert wcs.connected(origin=origin).post("call", callId="c1", **more).status == 200
    for file in ("call_ring", "call_established", "call_finish"):
        for _ in range(2):  # WCS repeats what it got no answer for
            assert wcs.post("CallStatusEvent", file, callId="c1").status == 200
    assert wcs.post("ConnectionStatusEvent", "connection_disconnected").status == 200


def data_of(what: str) -> dict:
    message = WebhookMessage.objects.get(type=what)
    return message.data | {"numbers": message.numbers}


def test_a_whole_call_is_told_step_by_step_and_each_once(endpoint, acme, told):
    a_whole_call(acme, callee="sales")
    take_turn(reserving.reserve_slices)  # settles it

    assert sorted(told()) == sorted(
        ["session.connected", "call.ringing", "call.answered", "session.ended", "call.ended"]
    )
    of_call = [one for one in told() if one.startswith("call.")]
    assert of_call == ["call.ringing", "call.answered", "call.ended"]
    call, session = Call.objects.get(), Session.objects.get()
    ended = data_of("call.ended")
    assert ended["call_id"] == str(call.pk)
    assert (ended["tenant"], ended["alias"], ended["outcome"]) == ("acme", "sales", "answered")
    assert ended["seconds"] == round(call.duration.total_seconds(), 3)
    assert (ended["cost"], ended["currency"]) == (f"{call.cost / 1_000_000:.6f}", "EUR")
    assert ended["numbers"] == {"target": "+4930123456", "sip_login": "10001"}
    assert data_of("session.ended")["session_id"] == str(session.pk)
    assert data_of("session.ended")["ended_by"] == "disconnected"
    subjects = dict(WebhookMessage.objects.values_list("type", "subject"))
    assert (subjects["call.ended"], subjects["session.ended"]) == (call.pk, session.pk)
    assert set(WebhookDelivery.objects.values_list("endpoint", flat=True)) == {endpoint.pk}
    assert WebhookDelivery.objects.count() == 5


def test_a_refused_call_is_told_with_its_reason_and_a_bounded_alias(endpoint, acme):
    assert acme.connected().post("call", callee="x" * 500).status == 403
    refused = data_of("call.refused")
    assert (refused["reason"], refused["alias"]) == ("callee_unknown", "x" * 255)


def test_without_an_endpoint_nothing_is_written(cast, acme, globex, endpoint, told):
    WebhookEndpoint.objects.update(enabled=False)
    a_whole_call(acme)
    WebhookEndpoint.objects.update(enabled=True)
    a_whole_call(globex, "https://globex.example:8443", callee="frontdesk")  # has none
    assert told() == []


def test_an_endpoint_gets_the_types_it_asks_for(endpoint, acme, told):
    WebhookEndpoint.objects.update(events=["call.answered", "session.ended"])
    a_whole_call(acme)
    assert sorted(told()) == ["call.answered", "session.ended"]


def test_what_the_worker_ends_is_told_too(endpoint, acme, told, settings):
    settings.CLICKHOOK_RING_LEASE = 10
    assert acme.connected().post("call").status == 200
    Call.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    take_turn(Reaping(ClockSteps()).end_lost_calls)
    take_turn(reserving.reserve_slices)
    assert told() == ["session.connected", "call.ended"]
    assert (data_of("call.ended")["outcome"], data_of("call.ended")["seconds"]) == ("unknown", None)


def test_a_failed_registration_is_told_and_no_other(endpoint, acme, told):
    acme.connected()
    for status in ("REGISTERED", "FAILED"):
        file = {"status": status, "sipStatus": 403, "info": "Forbidden for 10001"}
        acme.post("RegistrationStatusEvent", "connection_disconnected", **file)
    assert told()[1:] == ["registration.failed"]
    failed = data_of("registration.failed")
    assert failed["sip_status"] == 403
    assert failed.pop("numbers") == {"sip_login": "10001"}
    assert "10001" not in json.dumps(failed)


def test_alarms_and_limits_are_told(endpoint, cast, told):
    now = timezone.now()
    for kind, tenant in (("call_never_asked", cast.acme), ("honey_alias", cast.acme),
                         ("not_ended", cast.acme), ("unknown_call", None)):  # fmt: skip
        Alarm.objects.create(kind=kind, tenant=tenant, wcs_call_id="c", at=now)
    values = {"tenant": cast.acme, "limit": "calls_per_day", "used": 80, "most": 100, "at": now}
    for level in ("warning", "critical"):
        LimitNotice.objects.create(
            level=level, period="1", scope="account 1", place="account 10001", **values
        )
    assert told() == ["bypass.detected", "limit.warning", "limit.reached"]
    assert (data_of("limit.reached")["place"], data_of("limit.reached")["used"]) == ("account", 80)


@pytest.mark.proof
def test_an_import_is_told_to_each_tenant_of_its_own_rows(endpoint, cast, manage, tmp_path, told):
    def do(name, *tenants, **options) -> None:
        file = tmp_path / "tenants.json"
        listed = [
            {"slug": slug, "name": name, "callees": [{"alias": one, "target": "30001"}]}
            for slug, one in tenants
        ]
        file.write_text(json.dumps({"tenants": listed}))
        done = manage("import_tenants", str(file), *options.get("more", ()))
        assert done.returncode == 0, done.stderr

    do("First", ("acme", "a"), ("globex", "b"), more=["--dry-run"])
    assert told() == []
    do("First", ("acme", "a"), ("globex", "b"))
    do("Second", ("globex", "c"))
    assert told() == ["import.done"]
    assert data_of("import.done")["counts"] == {"added": 1, "changed": 1, "removed": 0}

    do("First", ("acme", "d"))
    newest = WebhookMessage.objects.order_by("-id")[0]
    assert newest.data["counts"] == {"added": 1, "changed": 0, "removed": 0}
    assert manage("undo_import", str(newest.data["import"])).returncode == 0
    undone = WebhookMessage.objects.order_by("-id")[0]
    assert undone.data["undoes"] == newest.data["import"]
    assert undone.data["counts"] == {"added": 0, "changed": 0, "removed": 1}


def test_no_secret_and_no_number_stands_in_the_data(endpoint, acme, cast):
    a_whole_call(acme, callee="sales")
    take_turn(reserving.reserve_slices)
    text = json.dumps(list(WebhookMessage.objects.values_list("data", flat=True)))
    hidden = [*SECRETS, SECRET, "+4930123456", "10001", "sip.acme.example"]
    assert [word for word in hidden if word in text] == []


@pytest.mark.proof
def test_a_database_that_goes_away_loses_no_message_and_doubles_none(endpoint, lone, cast, told):  # noqa: F811
    """A status event is kept on disk and replayed; a refused connect leaves nothing."""
    wcs = lone.wcs(cast.acme_1.key, ACME_SIGNING)
    assert wcs.connected().post("call", callId="c1").status == 200
    with database_away():
        assert wcs.post("CallStatusEvent", "call_ring", callId="c1").status == 200
        assert wcs.post("CallStatusEvent", "call_ring", callId="c1").status == 200
        assert wcs.post("CallStatusEvent", "call_established", callId="c1").status == 200
        assert wcs.post("call", callId="c2").json == AWAY
    eventually(lambda: _is_answered())
    wcs.post("CallStatusEvent", "call_established", callId="c1")
    assert told() == ["session.connected", "call.ringing", "call.answered"]
    wcs.close()


def _is_answered() -> bool:
    time.sleep(0.1)
    return Call.objects.filter(answered_at__isnull=False).exists()
