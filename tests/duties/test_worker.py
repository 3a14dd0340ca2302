"""The worker as a process: its heartbeat, one turn, and its end."""

from __future__ import annotations

import json
import signal
from datetime import timedelta

import pytest
from django.utils import timezone

from hooks.duties.heartbeat import beat
from hooks.models import Worker
from tenants.models import WcsInstance
from tests import cast as casting
from tests.duties.running import running_worker, wait_for
from tests.duties.turns import take_turn

pytestmark = pytest.mark.proof


@pytest.fixture
def cast(transactional_db):
    return casting.assemble()


def test_one_turn_tells_what_each_duty_did(manage):
    done = manage("worker", "--once", "--json")
    assert done.returncode == 0, done.stderr
    duties = json.loads(done.stdout)["duties"]
    assert {"ending", "reconciling", "alarming", "reserving", "refusing"} <= duties.keys()
    assert set(duties.values()) == {"nothing to do"}


def test_one_turn_tells_of_a_wcs_that_does_not_answer(cast, manage):
    WcsInstance.objects.filter(pk=cast.acme_1.pk).update(rest_api_url="http://127.0.0.1:1/rest-api")
    done = manage("worker", "--once")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "reconciling: instances that could not be asked: 1." in done.stderr
    assert "acme-1: The REST API cannot be reached" in done.stderr


def test_one_turn_without_a_database_fails(manage):
    done = manage("worker", "--once", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "waits for the database" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "ending", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.proof)]
)
def test_it_beats_and_ends_cleanly(transactional_db, ending):
    with running_worker() as process:
        first = Worker.objects.get().seen_at
        wait_for(lambda: Worker.objects.get().seen_at > first)
        process.send_signal(ending)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors


@pytest.mark.parametrize("hours", [2, -2])
def test_it_beats_on_when_the_clock_was_stepped(transactional_db, hours):
    """And a worker that is gone does not look alive, when the clock is back."""
    seen_at = timezone.now() - timedelta(hours=hours)
    for name in ("this one", "that one"):
        Worker.objects.create(name=name, started_at=seen_at, seen_at=seen_at, duties={})
    take_turn(lambda connection: beat(connection, "this one", {}))

    worker = Worker.objects.get()
    assert worker.name == "this one"
    assert abs(worker.seen_at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.proof
def test_two_workers_have_two_rows(transactional_db):
    with running_worker(), running_worker():
        wait_for(lambda: Worker.objects.count() == 2)
