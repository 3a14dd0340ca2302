"""The worker as a process: its heartbeat, one turn, and its end."""

from __future__ import annotations

import json
import signal

import pytest
from django.utils import timezone

from hooks.models import Switch, Worker
from tests.duties.running import running_worker, wait_for


def test_one_turn_tells_what_each_duty_did(manage):
    done = manage("worker", "--once", "--json")
    assert done.returncode == 0, done.stderr
    duties = json.loads(done.stdout)["duties"]
    assert {"ending", "reconciling", "alarming", "reserving", "refusing"} <= duties.keys()
    assert set(duties.values()) == {"nothing to do"}


def test_one_turn_without_a_database_fails(manage):
    done = manage("worker", "--once", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "waits for the database" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_beats_and_ends_cleanly(transactional_db, ending):
    with running_worker() as process:
        first = Worker.objects.get().seen_at
        wait_for(lambda: Worker.objects.get().seen_at > first)
        process.send_signal(ending)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_two_workers_have_two_rows(transactional_db):
    with running_worker(), running_worker():
        wait_for(lambda: Worker.objects.count() == 2)


def findings(done) -> dict[str, list[dict]]:
    by_check: dict[str, list[dict]] = {}
    for finding in json.loads(done.stdout):
        by_check.setdefault(finding["check"], []).append(finding)
    return by_check


def test_the_doctor_names_what_is_wrong_with_a_remedy(cast, manage):
    Switch.objects.create(key="everything", name="everything", because="x", by="y")
    done = manage("doctor", "--json")
    assert done.returncode == 1
    found = findings(done)
    wrong = {check for check, all_of in found.items() if not all(one["is_well"] for one in all_of)}
    assert {"worker", "instances", "switches"} <= wrong
    assert all(one["remedy"] for all_of in found.values() for one in all_of if not one["is_well"])
    text = manage("doctor").stdout
    assert "!!  worker     No worker has ever run. Start manage.py worker." in text


def test_the_doctor_is_content(wcs_with_rest, cast, manage, rest):
    cast.globex_1.delete()
    cast.shared_1.delete()
    type(cast.acme).objects.update(limits={"calls_per_day": 100, "money_per_day": "20.00"})
    now = timezone.now()
    Worker.objects.create(name="w", started_at=now, seen_at=now)
    done = manage("doctor", "--json")
    assert [one for one in json.loads(done.stdout) if not one["is_well"]] == []
    assert done.returncode == 0
