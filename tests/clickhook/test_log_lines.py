"""A line of the log and the row of its event are found from one another."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

from hooks.models import Event
from tests.cast import ACME_SIGNING
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway
from tests.manager import signed_in
from tests.test_no_leak import leaks

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def talking(django_db_setup) -> Iterator[Gateway]:
    environment = {"CLICKHOOK_LOG_FORMAT": "json", "CLICKHOOK_LOG_LEVEL": "debug"}
    running = Gateway(environment, workers=1).start()
    yield running
    running.stop()


def test_each_decision_is_a_line_with_the_id_of_its_row(cast, talking):
    wcs = talking.wcs(cast.acme_1.key, ACME_SIGNING).connected()
    assert wcs.post("call", callee="nobody").status == 403
    wcs.secret = "guessed"
    assert wcs.post("connect").status == 403
    wcs.close()
    eventually(lambda: talking.log.count('"hook_id"') == 3)

    lines = [json.loads(line) for line in talking.log.splitlines()]
    told = [line for line in lines if "hook_id" in line]
    rows = Event.objects.order_by("received_at")
    assert [(str(row.hook_id), row.method, row.decision, row.reason) for row in rows] == [
        (line["hook_id"], line["method"], line["decision"], line["reason"]) for line in told
    ]
    assert [line["reason"] for line in told] == ["allowed", "callee_unknown", "signature_wrong"]
    assert {line["wcs"] for line in told} == {str(cast.acme_1.pk)}
    assert {line["wcs_name"] for line in told} == {cast.acme_1.name}
    assert all({"time", "level", "logger", "message", "process"} <= line.keys() for line in lines)
    assert leaks(talking.log) == []
    assert cast.acme_1.key not in talking.log


def test_what_gunicorn_says_is_json_too(talking):
    (victim,) = talking.processes
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: "was sent SIGKILL" in talking.log)
    eventually(lambda: talking.processes not in ([], [victim]))
    (told,) = [line for line in talking.log.splitlines() if "was sent SIGKILL" in line]
    assert json.loads(told)["logger"] == "gunicorn.error"


def test_what_django_refuses_is_one_line_and_no_error(talking):
    wcs = talking.wcs("", None)
    assert wcs.request("GET", "/admin/", headers={"Host": "! odd"}).status == 400
    wcs.close()
    eventually(lambda: "! odd" in talking.log)
    (told,) = [json.loads(line) for line in talking.log.splitlines() if "! odd" in line]

    assert told["level"] == "WARNING"
    assert "exception" not in told


def test_the_page_of_events_finds_the_row_of_a_line(cast, talking):
    wcs = talking.wcs(cast.acme_1.key, ACME_SIGNING).connected()
    wcs.close()
    event = Event.objects.get()
    client = signed_in()

    listed = client.get("/admin/hooks/event/", {"q": str(event.hook_id)}).content.decode()
    assert f"/admin/hooks/event/{event.pk}/change/" in listed
    nothing = client.get("/admin/hooks/event/", {"q": str(cast.acme_1.pk)}).content.decode()
    assert f"/admin/hooks/event/{event.pk}/change/" not in nothing
    shown = client.get(f"/admin/hooks/event/{event.pk}/change/").content.decode()
    assert str(event.hook_id) in shown


def test_a_line_of_text_has_the_id_too(acme, gateway):
    assert acme.connected().post("call", callee="nobody").status == 403
    hook_id = Event.objects.get(method="call").hook_id
    eventually(lambda: f"hook_id {hook_id}: callee_unknown" in gateway.log)
