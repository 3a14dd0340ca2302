"""What served its time is deleted, and nothing else: by the worker, and by `manage.py prune`."""

from __future__ import annotations

import contextlib
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from hooks.duties.kept import list_kinds
from hooks.models import (
    Alarm,
    Call,
    CallQuality,
    Ending,
    Event,
    Keypad,
    LimitNotice,
    Meter,
    Session,
    SpentTicket,
    VisitorBlock,
    VisitorBreach,
    WebhookDelivery,
    WebhookMessage,
)
from tenants.models import ApiKey, IdempotentAnswer, WebhookEndpoint
from tests.duties.conftest import make_call

NOW = timezone.now()
OLD = {"CLICKHOOK_KEEP_EVENTS": "30", "CLICKHOOK_KEEP_CALLS": "60"}


def days_ago(days):
    return NOW - timedelta(days=days)


def an_event(cast, days):
    return Event.objects.create(
        hook_id=uuid.uuid4(),
        tenant=cast.acme,
        instance=cast.acme_1,
        received_at=days_ago(days),
        method="call",
        decision="allowed",
        reason="allowed",
        body={},
    )


def a_call(cast, number, days, *, ended=True, **more):
    at = days_ago(days)
    call = make_call(cast, cast.acme_1, number, asked_at=at, ended_at=at if ended else None, **more)
    Session.objects.filter(pk=call.session_id).update(opened_at=at, ended_at=at if ended else None)
    Ending.objects.create(call=call, because="switch", since=at, due_at=at)
    Keypad.objects.create(call=call, presses=1, sent=1, last=[])
    CallQuality.objects.create(call=call, tenant=cast.acme, reported_at=at, samples=1)
    return call


@pytest.fixture
def history(cast):
    """Of each kind one that is kept and one that is not; calls of every state."""
    for days in (29, 31):
        an_event(cast, days)
    kept = [
        a_call(cast, 1, 59),
        a_call(cast, 2, 61, ended=False),
        a_call(cast, 3, 61, reservation={"at": 1}),
    ]
    gone = [a_call(cast, 4, 61), a_call(cast, 5, 61, reservation={"at": 1}, settled_at=NOW)]
    alarm = Alarm.objects.create(kind="not_ended", call=gone[0], at=NOW, tenant=cast.acme)

    for days in (1, 3):
        SpentTicket.objects.create(tenant=cast.acme, jti=f"jti {days}", until=days_ago(days))
    for days in (1, 3):
        of = {"tenant": cast.acme, "visitor": f"v{days}"}
        VisitorBreach.objects.create(**of, times=1, since=days_ago(days))
        VisitorBlock.objects.create(**of, display="203.0.113.…", since=days_ago(days * 15))
    for scope, days in {"visitor a": 0, "visitor b": 2, "attempts c": 2, "tenant": 99}.items():
        of = {"tenant": cast.acme, "scope": scope}
        Meter.objects.create(**of, state={}, touched_at=days_ago(days))
    for days in (91, 93):
        of = {"tenant": cast.acme, "scope": "tenant", "limit": "calls_per_day"}
        LimitNotice.objects.create(
            **of, level="warning", period=days, used=1, most=1, at=days_ago(days)
        )
    endpoint = WebhookEndpoint.objects.create(
        tenant=cast.acme, url="https://x.example/", secret="x"
    )
    for days in (29, 31):
        message = WebhookMessage.objects.create(
            tenant=cast.acme, type="call.ended", happened_at=NOW, created_at=days_ago(days)
        )
        message.deliveries.create(tenant=cast.acme, endpoint=endpoint, due_at=NOW, done_at=NOW)
    key = ApiKey.objects.create(name="crm", scopes=["read"])
    for hours in (23, 25):
        IdempotentAnswer.objects.create(
            api_key=key,
            key=f"k{hours}",
            status=201,
            answer="{}",
            created_at=days_ago(hours / 24),
        )
    return {call.pk for call in kept}, alarm


def assert_pruned(kept, alarm):
    assert set(Call.objects.values_list("pk", flat=True)) == kept
    assert set(Ending.objects.values_list("call_id", flat=True)) == kept
    assert set(Keypad.objects.values_list("call_id", flat=True)) == kept
    assert set(CallQuality.objects.values_list("call_id", flat=True)) == kept
    assert set(Session.objects.values_list("calls", flat=True)) == kept
    assert Event.objects.get().received_at == days_ago(29)
    alarm.refresh_from_db()
    assert alarm.call_id is None

    assert SpentTicket.objects.get().jti == "jti 1"
    assert VisitorBreach.objects.get().visitor == "v1"
    assert {block.display for block in VisitorBlock.objects.all()} == {"203.0.113.…", ""}
    assert set(Meter.objects.values_list("scope", flat=True)) == {"visitor a", "tenant"}
    assert LimitNotice.objects.get().period == "91"
    message = WebhookDelivery.objects.get(message__type="call.ended", done_at=NOW).message
    assert message.created_at == days_ago(29)
    assert not WebhookMessage.objects.filter(created_at=days_ago(31)).exists()
    assert IdempotentAnswer.objects.get().key == "k23"


@pytest.mark.proof
def test_the_worker_prunes(history, manage):
    done = manage("worker", "--once", "--json", **OLD)
    told = json.loads(done.stdout)["duties"]["pruning"]
    assert told == (
        "deleted 1 events, 3 calls, 3 sessions, 1 spent tickets, 1 breaches, "
        "2 meters of visitors, 1 notices, 1 answers of the API, 1 webhook messages, "
        "1 addresses of blocked visitors"
    )
    kept, alarm = history
    [lost] = [pk for pk in kept if not Call.objects.filter(pk=pk).exists()]  # it was reaped first
    assert_pruned(kept - {lost}, alarm)


@pytest.mark.proof
def test_the_command_counts_and_prunes(history, manage):
    before = Event.objects.count(), Call.objects.count(), Session.objects.count()
    dry = json.loads(manage("prune", "--dry-run", "--json", **OLD).stdout)
    assert dry["rows"] == {
        "events": 1,
        "calls": 2,
        "streams": 0,
        "sessions": 2,
        "call-back requests": 0,
        "messages to pages": 0,
        "messages of visitors": 0,
        "endings": 0,
        "endings of streams": 0,
        "spent tickets": 1,
        "breaches": 1,
        "meters of visitors": 2,
        "paces of messages": 0,
        "notices": 1,
        "answers of the API": 1,
        "webhook messages": 1,
    }
    assert before == (Event.objects.count(), Call.objects.count(), Session.objects.count())

    done = manage("prune", "--json", **OLD)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == dry["rows"]
    kept, alarm = history
    VisitorBlock.objects.filter(visitor="v3").update(display="")  # the worker's alone
    assert_pruned(kept, alarm)


@pytest.mark.proof
def test_what_is_kept_for_ever_is_kept(history, manage):
    before = Event.objects.count(), Call.objects.count(), Session.objects.count()
    done = manage("prune", "--json", CLICKHOOK_KEEP_EVENTS="0", CLICKHOOK_KEEP_CALLS="0")
    assert done.returncode == 0
    assert before == (Event.objects.count(), Call.objects.count(), Session.objects.count())


def test_two_that_delete_at_once_leave_nothing(cast, monkeypatch):
    """The worker prunes all the time, so the command is hardly ever alone."""
    monkeypatch.setattr("hooks.duties.kept.BATCH", 4)
    monkeypatch.setattr("hooks.management.commands.prune.BATCH", 4)
    for _ in range(12):
        an_event(cast, days=200)

    [events, *_] = list_kinds()
    with (
        ThreadPoolExecutor(1) as threads,
        psycopg.connect(**connection.get_connection_params()) as other,
    ):
        other.execute(events.delete, events.values)
        pruning = threads.submit(call_command, "prune", stdout=StringIO())
        with contextlib.suppress(TimeoutError):
            pruning.result(timeout=3)
        other.commit()
        pruning.result(timeout=30)

    assert Event.objects.count() == 0
