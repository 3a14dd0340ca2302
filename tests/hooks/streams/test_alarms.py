"""A stream that WCS opened without our consent raises an alarm, is told, and is ended."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hooks.duties.alarming import raise_alarms
from hooks.models import Alarm, Stream, StreamEnding, WebhookMessage
from tenants.models import WebhookEndpoint
from tests.duties.turns import take_turn
from tests.hooks.webhooks.receiver import SECRET

REPORT = ("StreamStatusEvent", "stream_publishing")


@pytest.fixture(autouse=True)
def endpoint(cast):
    WebhookEndpoint.objects.create(
        tenant=cast.acme, url="https://crm.acme.example/", secret=SECRET, events=["bypass.detected"]
    )


def test_a_stream_that_was_never_asked_for(visit, cast, caplog, manager):
    wcs = visit(play="studio")
    for _ in range(2):
        wcs.post(*REPORT)
    assert take_turn(raise_alarms) == "raised 1 alarms"
    assert take_turn(raise_alarms) == ""
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.tenant, alarm.stream) == ("stream_never_asked", cast.acme, None)
    assert "ALARM: WCS opened a stream without asking: tenant acme" in caplog.text
    message = WebhookMessage.objects.get()
    assert message.data["media_session_id"] == alarm.wcs_call_id != ""
    assert (message.type, message.data["kind"]) == ("bypass.detected", "stream_never_asked")
    page = manager.get(reverse("admin:hooks_alarm_changelist")).content.decode()
    assert "WCS opens what the browser says" in page


def test_a_refused_stream_that_went_on_is_ended(visit):
    wcs = visit(play="studio")
    wcs.post("publishStream")
    wcs.post(*REPORT)
    take_turn(raise_alarms)
    alarm, stream = Alarm.objects.get(), Stream.objects.get(decision="refused")
    assert (alarm.kind, alarm.stream) == ("refused_stream_went_on", stream)
    ending = StreamEnding.objects.get()
    assert (ending.stream, ending.because) == (stream, "bypass")
    assert WebhookMessage.objects.get().data["stream_id"] == str(stream.pk)


def test_a_stream_of_another_name_is_ended(visit):
    wcs = visit(publish="studio")
    assert wcs.post("publishStream").status == 200
    wcs.post(*REPORT, name="others-studio")
    take_turn(raise_alarms)
    assert Alarm.objects.get().kind == "stream_went_elsewhere"
    assert StreamEnding.objects.get().stream == Stream.objects.get()
