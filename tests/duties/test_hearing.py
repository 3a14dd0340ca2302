"""The worker notes when each WCS instance last posted."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from hooks.duties.hearing import note_last_hooks
from hooks.models import Event, LastHook
from tenants.models import WcsInstance
from tests.duties.turns import take_turn


def post(instance: WcsInstance, seconds_ago: int) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    Event.objects.create(
        received_at=at, instance=instance, method="connect", decision="allowed", reason="", body={}
    )


def test_each_instance_is_noted_with_its_newest_hook(cast):
    assert take_turn(note_last_hooks) == ""
    post(cast.acme_1, 50)
    post(cast.acme_1, 10)
    post(cast.acme_1, 90)
    post(cast.globex_1, 200)
    post(WcsInstance(name="deleted since"), 1)

    assert take_turn(note_last_hooks) == "1 WCS instances post hooks"
    noted = LastHook.objects.get()
    assert noted.instance == cast.acme_1
    assert 9 < (timezone.now() - noted.at).total_seconds() < 40

    Event.objects.all().delete()
    post(cast.acme_1, 90)
    take_turn(note_last_hooks)
    assert LastHook.objects.get().at == noted.at
