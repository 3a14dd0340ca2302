"""A call that WCS placed without our consent raises an alarm, and is ended."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from hooks.duties.alarm_mail import mail_alarms
from hooks.duties.alarming import raise_alarms
from hooks.duties.ending import end_due_calls
from hooks.models import Alarm, Call, Ending
from tenants.models import AuditEntry
from tests.duties.running import running_worker, wait_for
from tests.duties.turns import take_turn
from tests.manager import signed_in

EVENT = ("CallStatusEvent", "call_established")


@pytest.fixture
def bypassed(acme):
    """WCS placed a call without asking."""
    acme.connected()
    acme.post(*EVENT, callId="bypass", callee="+88299")
    return acme


def test_a_call_that_was_never_asked_for(bypassed, cast, caplog):
    assert take_turn(raise_alarms) == "raised 1 alarms"
    alarm = Alarm.objects.get()
    call = Call.objects.get(wcs_call_id="bypass")
    assert (alarm.kind, alarm.tenant, alarm.instance, alarm.call) == (
        "call_never_asked",
        cast.acme,
        cast.acme_1,
        call,
    )
    assert Ending.objects.get().call == call
    assert "ALARM: WCS placed a call without asking: tenant acme" in caplog.text


def test_it_is_raised_once_however_many_events_come(bypassed):
    for status in ("RING", "ESTABLISHED", "HOLD"):
        bypassed.post(*EVENT, callId="bypass", callee="+88299", status=status)
        take_turn(raise_alarms)
    assert Alarm.objects.count() == 1


def test_a_refused_call_that_went_on(acme):
    acme.connected()
    assert acme.post("call", callee="nobody").is_neutral_refusal
    acme.post(*EVENT)
    take_turn(raise_alarms)
    assert Alarm.objects.get().kind == "refused_call_went_on"


@pytest.mark.parametrize(
    ("callee", "raised"),
    [
        ("+88299", True),
        ("sip:+88299@pbx.acme.example", True),
        ("+4930123456", False),
        ("sip:+4930123456@10.0.0.1:5060", False),
        ("sales", False),
        ("", False),
        (None, False),
    ],
)
def test_whom_wcs_called(acme, callee, raised):
    acme.connected()
    assert acme.post("call", callee="sales").status == 200
    acme.post(*EVENT, callee=callee)
    take_turn(raise_alarms)
    assert [alarm.kind for alarm in Alarm.objects.all()] == ["call_went_elsewhere"] * raised
    assert Ending.objects.exists() == raised


def test_the_honey_alias_is_refused_and_told(acme, cast):
    type(cast.acme).objects.filter(pk=cast.acme.pk).update(honey_alias="director")
    acme.connected()
    assert acme.post("call", callee="director").is_neutral_refusal
    take_turn(raise_alarms)
    assert Alarm.objects.get().kind == "honey_alias"
    assert not Ending.objects.exists()


@pytest.mark.proof
def test_the_worker_raises_it_within_two_seconds_and_ends_the_call(acme, wcs_with_rest, rest):
    rest.add_call("bypass", acme.session)
    with running_worker():
        acme.connected()
        acme.post(*EVENT, callId="bypass", callee="+88299")
        assert wait_for(lambda: Alarm.objects.exists()) < 2
        wait_for(lambda: not rest.calls)


def test_it_is_mailed_once(bypassed, settings):
    settings.CLICKHOOK_ALARM_MAIL = ["ops@example.com"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    take_turn(raise_alarms)
    letters = mail_alarms()
    assert take_turn(letters.send) == "mailed 1 alarms"
    assert take_turn(letters.send) == ""
    [letter] = mail.outbox
    assert letter.to == ["ops@example.com"]
    assert "tenant acme, WCS instance acme-1, call bypass" in letter.body


def test_a_mail_server_that_is_away_is_tried_again(bypassed, settings, caplog):
    settings.CLICKHOOK_ALARM_MAIL = ["ops@example.com"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    take_turn(raise_alarms)
    assert take_turn(mail_alarms().send) == "alarms could not be mailed"
    assert Alarm.objects.get().mailed_at is None


def test_the_banner_stands_on_every_page_until_somebody_clears_it(bypassed, manager):
    take_turn(raise_alarms)
    pages = [reverse("admin:index"), reverse("admin:tenants_tenant_changelist")]
    for page in pages:
        assert "WCS placed a call without asking" in manager.get(page).content.decode()

    alarms = reverse("admin:hooks_alarm_changelist")
    assert "wcs_config" in manager.get(alarms).content.decode()
    data = {"action": "clear", "_selected_action": [Alarm.objects.get().pk]}
    manager.post(alarms, data)
    for page in pages:
        assert "WCS placed a call without asking" not in manager.get(page).content.decode()
    assert Alarm.objects.get().cleared_by == manager.user.username
    assert AuditEntry.objects.filter(action="alarm:cleared").count() == 1


def test_others_neither_see_nor_clear_it(bypassed, cast):
    take_turn(raise_alarms)
    data = {"action": "clear", "_selected_action": [Alarm.objects.get().pk]}
    for client in (signed_in("manager", cast.globex), signed_in("auditor")):
        client.post(reverse("admin:hooks_alarm_changelist"), data)
    assert Alarm.objects.get().cleared_at is None
    page = signed_in("manager", cast.globex, name="other").get(reverse("admin:index"))
    assert "without asking" not in page.content.decode()


def test_an_end_by_wcs_closes_the_matter(bypassed):
    take_turn(raise_alarms)
    bypassed.post("CallStatusEvent", "call_finish", callId="bypass")
    assert take_turn(end_due_calls) == ""
    assert Ending.objects.get().done_at is not None
