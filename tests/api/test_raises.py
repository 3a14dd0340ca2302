"""What raises a limit waits for a second person, who is nobody that knows the key."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from clickhook.doctor.checks.api_keys import check_api_keys
from tenants.models import ApiKey, AuditEntry, Callee, LimitRaise, Tenant
from tests.api.program import Program, errors_of, issue
from tests.manager import signed_in, submit, url


@pytest.fixture(autouse=True)
def limited(cast):
    limits = {"calls_per_day": 10, "calls_per_hour": 5}
    Tenant.objects.filter(slug="acme").update(limits=limits, country="DE")


def limits():
    return Tenant.objects.get(slug="acme").limits


def test_a_raise_waits_and_the_rest_is_done(cast, acmes):
    answer = acmes.patch(
        "/tenants/acme", {"name": "Acme AG", "limits": {"calls_per_day": 11, "calls_per_hour": 4}}
    )
    assert answer.status == 202, answer.body
    [waiting] = answer.json["waiting_raises"]
    assert (waiting["field"], waiting["now"], waiting["asked"]) == ("limits.calls_per_day", 10, 11)
    assert answer.json["limits"] == limits() == {"calls_per_day": 10, "calls_per_hour": 4}
    assert Tenant.objects.get(slug="acme").name == "Acme AG"

    raised = LimitRaise.objects.get()
    assert raised.asked_by_name.startswith(acmes.key[:15])
    assert AuditEntry.objects.filter(action="limit_raise:added", via="api").count() == 1
    second = signed_in("administrator")
    second.post(waiting["page"], {"confirm": "1", "seen_end": ""})
    assert limits() == {"calls_per_day": 11, "calls_per_hour": 4}


def test_a_repetition_asks_once_and_a_lower_value_gives_the_raise_up(cast, acmes):
    for _ in range(2):
        assert acmes.patch("/tenants/acme", {"limits": {"calls_per_day": 11}}).status == 202
    assert LimitRaise.objects.count() == 1
    assert acmes.patch("/tenants/acme", {"limits": {"calls_per_day": 9}}).status == 200
    assert LimitRaise.objects.get().decision == "withdrawn"
    assert limits()["calls_per_day"] == 9


def test_a_number_abroad_waits_and_the_callee_keeps_its_own(cast, acmes):
    place = f"/callees/{cast.sales.pk}"
    before = Callee.objects.get(pk=cast.sales.pk)
    answer = acmes.patch(place, {"target": "+41446681800", "keypad": True})
    assert (answer.status, answer.json["target"]) == (202, before.target)
    after = Callee.objects.get(pk=cast.sales.pk)
    assert (after.target, after.number, after.keypad) == (before.target, before.number, True)

    abroad = {"tenant": "acme", "alias": "zurich", "target": "+41446681800"}
    added = acmes.post("/callees", abroad, Idempotency_Key="z")
    assert (added.status, added.json["limits"]) == (202, {"concurrent_calls": 0})
    assert acmes.post("/callees", abroad, Idempotency_Key="z").json == added.json
    assert LimitRaise.objects.count() == 2


def test_a_further_account_is_no_cheaper_until_a_second_person_says_so(cast, acmes):
    cast.acme.sip_accounts.update(internal_rate="0.20")
    added = {"tenant": "acme", "login": "7", "domain": "sip.acme.example", "password": "pw-7"}
    answer = acmes.post("/sip-accounts", added | {"internal_rate": "0.00"}, Idempotency_Key="a")
    assert (answer.status, answer.json["internal_rate"]) == (202, "0.20")
    [waiting] = answer.json["waiting_raises"]
    assert (waiting["field"], waiting["asked"]) == ("internal_rate", "0.00")

    place = f"/sip-accounts/{answer.json['id']}"
    assert acmes.delete(place).status == 204
    cast.acme.sip_accounts.all().delete()
    again = acmes.post("/sip-accounts", added | {"internal_rate": "0.19"}, Idempotency_Key="b")
    assert (again.status, again.json["internal_rate"]) == (202, "0.20")
    signed_in("administrator").post(
        again.json["waiting_raises"][0]["page"], {"confirm": "1", "seen_end": ""}
    )
    assert cast.acme.sip_accounts.get().internal_rate == Decimal("0.19")


def test_who_knows_the_key_is_no_second_person(cast, gateway):
    key, text = issue(cast.acme)
    maker, rotator = (signed_in("administrator", name=name) for name in ("maker", "rotator"))
    ApiKey.objects.filter(pk=key.pk).update(issued_to="maker")
    key.refresh_from_db()
    key.rotate("rotator")
    page = Program(gateway.port, text).patch("/tenants/acme", {"limits": {"calls_per_day": 11}})
    [waiting] = page.json["waiting_raises"]

    for holder in (maker, rotator):
        assert "another person must confirm it" in holder.get(waiting["page"]).content.decode()
        confirmed = holder.post(waiting["page"], {"confirm": "1", "seen_end": ""})
        assert confirmed.status_code == 403
    assert limits()["calls_per_day"] == 10


def test_the_page_of_keys_notes_to_whom_it_showed_one(cast):
    maker, rotator = (signed_in("administrator", name=name) for name in ("maker", "rotator"))
    submit(maker, url(ApiKey, "add"), tenant=str(cast.acme.pk), name="crm", scopes=["write"])
    key = ApiKey.objects.get()
    assert key.holders == ["maker"]
    action = {"action": "rotate", "_selected_action": [str(key.pk)]}
    assert rotator.post(url(ApiKey), action).status_code == 200
    key.refresh_from_db()
    assert key.holders == ["rotator", "maker"]
    ApiKey.objects.update(previous_until=timezone.now())
    key.refresh_from_db()
    assert key.holders == ["rotator"]


def test_a_key_of_before_has_no_known_holder_until_it_is_rotated(cast, manager, capsys):
    key, _ = issue(cast.acme)  # as one that is older than the record
    call_command("make_api_key", "crm", "--tenant", "acme", "--scope", "write", "--json")
    made = json.loads(capsys.readouterr().out)["id"]
    page = manager.get(url(ApiKey)).content.decode()
    assert page.count("not recorded: give it a new secret") == 1
    assert "(command line)" in page
    [finding] = check_api_keys()
    assert finding.remedy
    assert not finding.is_well
    assert key.shown_id in finding.sentence
    assert made not in finding.sentence

    key.rotate("mary")
    [finding] = check_api_keys()
    assert not finding.is_well  # the secret of before is taken still
    ApiKey.objects.filter(pk=key.pk).update(previous_until=timezone.now())
    [finding] = check_api_keys()
    assert finding.is_well


def test_of_a_key_that_has_ended_nothing_is_to_be_done(cast, manager):
    key, _ = issue(cast.acme)
    ApiKey.objects.filter(pk=key.pk).revoke()
    assert "not recorded" not in manager.get(url(ApiKey)).content.decode()
    assert [finding.is_well for finding in check_api_keys()] == [True]


def test_a_file_that_raises_a_limit_is_refused(cast, acmes):
    file = {"tenants": [{"slug": "acme", "limits": {"calls_per_day": 11}}]}
    answer = acmes.post("/imports", file)
    assert answer.status == 422
    said = str(errors_of(answer))
    for way in ("second person", "the row's own address (PATCH)", "manage.py import_tenants"):
        assert way in said
    assert limits()["calls_per_day"] == 10
