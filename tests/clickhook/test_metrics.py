"""What Prometheus reads at /metrics: the counts of all processes, and how things stand."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from clickhook.metrics.files import MEMORY, PREFIX
from hooks.cells.freezing import freeze
from hooks.database import NO_CONNECTION
from hooks.models import LastHook, LimitNotice, Worker
from hooks.watched_instances import WatchedInstances
from tenants.models import Tenant, WcsInstance
from tests.api.program import Program, issue
from tests.cast import ACME_SIGNING
from tests.clickhook.running_up import eventually
from tests.clickhook.scraping import Scrape, ask
from tests.conftest import Gateway, posting
from tests.hooks.test_outage import database_away
from tests.test_no_leak import leaks
from tests.wcs import Wcs

pytestmark = pytest.mark.proof

UNKNOWN = "not known without the database"
AWAY = {
    "database": "the database is away",
    "migrations": UNKNOWN,
    "keys": UNKNOWN,
    "clock": UNKNOWN,
    "spool": "ok",
}


@pytest.fixture(scope="module")
def watched(django_db_setup) -> Iterator[Gateway]:
    running = Gateway(workers=2).start()
    yield running
    running.stop()


@pytest.fixture
def wcs(cast, watched) -> Iterator[Wcs]:
    with posting(watched, cast.acme_1, ACME_SIGNING) as wcs:
        yield wcs


def _connect_anew(gateway: Gateway, wcs: Wcs, times: int) -> None:
    """Each on a new connection, so that every process gets some."""
    for _ in range(times):
        other = gateway.wcs(wcs.key, wcs.secret)
        assert other.post("connect").status == 200
        other.close()


def test_every_hook_is_counted_once_whichever_process_answered_it(cast, watched, wcs):
    before, acme = Scrape(watched), str(cast.acme_1.pk)
    wcs.connected()
    assert wcs.post("call").status == 200
    assert wcs.post("connect", sessionId="x", origin="https://evil.example").status == 403
    assert wcs.post("inventedByAStranger", "call").status == 403
    _connect_anew(watched, wcs, 20)
    wcs.secret = "guessed"
    assert wcs.post("connect").status == 403
    wcs.key = "nobodys-key"
    assert wcs.post("connect").status == 404

    told = Scrape(watched)
    expected = [
        (21, "hooks_total", {"method": "connect", "decision": "allowed"}),
        (3, "hooks_total", {"method": "connect", "decision": "refused"}),
        (1, "hooks_total", {"method": "call", "decision": "allowed"}),
        (1, "hooks_total", {"method": "other", "decision": "refused"}),
        (1, "refusals_total", {"reason": "origin_unknown"}),
        (1, "refusals_total", {"reason": "method_refused"}),
        (1, "refusals_total", {"reason": "signature_wrong"}),
        (1, "refusals_total", {"reason": "instance_unknown"}),
        (22, "wcs_hooks_total", {"wcs": acme, "decision": "allowed"}),
        (2, "wcs_hooks_total", {"wcs": acme, "decision": "refused"}),
        (1, "signature_failures_total", {"wcs": acme}),
        (24, "hook_seconds_count", {"lane": "connects"}),
        (1, "hook_seconds_count", {"lane": "calls"}),
        # What was refused at the door is recorded by the lane of the events.
        (22, "batch_hooks_sum", {"lane": "connects"}),
        (1, "queue_wait_seconds_count", {"lane": "calls"}),
    ]
    for gained, name, labels in expected:
        assert (name, labels, told.gained(before, name, **labels)) == (name, labels, gained)
    assert 0 < told.gained(before, "hook_seconds_sum", lane="connects") < 24
    assert before.value("refusals_total", reason="overloaded") == 0
    assert told.value("wcs_hooks_total", wcs=acme, decision="noted") == 0
    assert leaks(told.text) == []
    assert cast.acme_1.key not in told.text
    eventually(lambda: Scrape(watched).value("wcs_info", wcs=acme, name="acme-1") == 1)


def test_requests_to_the_api_are_counted_by_method_and_class(cast, watched):
    before, program = Scrape(watched), Program(watched.port, issue(cast.acme)[1])
    assert [program.send(method, "/tenants").status for method in ("GET", "BREW")] == [200, 405]
    assert Program(watched.port, "ck_no").get("/nothing").status == 401

    told = Scrape(watched)
    counted = {("GET", "2xx"): 1, ("GET", "4xx"): 1, ("other", "4xx"): 1, ("POST", "5xx"): 0}
    for (method, status), gained in counted.items():
        labels = {"method": method, "status": status}
        assert told.gained(before, "api_requests_total", **labels) == gained
    assert 0 < told.gained(before, "api_request_seconds_sum", method="GET") < 10
    assert told.gained(before, "api_request_seconds_count", method="other") == 1
    assert "BREW" not in told.text


def test_a_process_that_is_started_again_goes_on_counting(watched, wcs):
    directory = _files_of(watched)
    for _ in range(2):
        _connect_anew(watched, wcs, 10)
        before, (victim, *_) = Scrape(watched), watched.processes
        os.kill(victim, signal.SIGKILL)
        eventually(lambda victim=victim: victim not in watched.processes)
        eventually(lambda: len(watched.processes) == 2)
        _connect_anew(watched, wcs, 10)

        after = Scrape(watched)
        gained = after.gained(before, "hooks_total", method="connect", decision="allowed")
        assert gained == 10
        assert all(after.counts[key] >= value for key, value in before.counts.items())
    # Of two slots, and what gunicorn's master set to 0.
    assert len(list(directory.glob("*.db"))) == 6


def _files_of(gateway: Gateway) -> Path:
    """The directory that it holds open."""
    held = (os.readlink(entry) for entry in Path(f"/proc/{gateway.process.pid}/fd").iterdir())
    (directory,) = {
        path for path in held if path.startswith(str(MEMORY / PREFIX)) and os.path.isdir(path)
    }
    return Path(directory)


@pytest.fixture
def gateways(django_db_setup) -> Iterator[list[Gateway]]:
    """Not started yet."""
    both = [Gateway(workers=1), Gateway({"CLICKHOOK_METRICS_ALLOW": "10.0.0.0/8, fd00::/8"})]
    yield both
    for gateway in both:
        if gateway.port and gateway.process.poll() is None:
            gateway.kill()


@pytest.mark.proof
def test_its_files_go_with_it_also_when_it_was_killed(cast, gateways):
    killed, other = gateways
    left = _files_of(killed.start())
    _hooks_go_on_without_files(killed, cast.acme_1.key, left)
    killed.kill()
    assert left.exists()

    ours = _files_of(other.start())
    assert (left.exists(), ours.exists()) == (False, True)
    # And only the networks that are allowed read it.
    assert ask(other.port)[0] == 404
    other.stop()
    assert not ours.exists()


def _hooks_go_on_without_files(gateway: Gateway, key: str, files: Path) -> None:
    shutil.rmtree(files)
    wcs = gateway.wcs(key, ACME_SIGNING)
    assert wcs.post("connect").status == 200
    wcs.close()
    assert ask(gateway.port)[0] == 500

    os.kill(*gateway.processes, signal.SIGKILL)  # the next process makes them anew
    eventually(lambda: files.exists() and ask(gateway.port)[0] == 200)


def test_all_processes_count_the_same_instances_by_themselves(tmp_path):
    first, second = (WatchedInstances(tmp_path / "instances", at_most=2) for _ in range(2))
    assert [first.label("a"), second.label("b"), first.label("c")] == ["a", "b", "other"]
    assert [second.label("a"), first.label("b"), second.label("d")] == ["a", "b", "other"]


def test_how_things_stand_comes_from_the_database(cast, watched, wcs):
    now = timezone.now()
    Worker.objects.create(
        name="w", started_at=now, seen_at=now, duties={"ending": "fault: X", "pruning": "waits"}
    )
    assert wcs.connected().post("call").status == 200
    soon, long_ago = now - timedelta(minutes=2), now - timedelta(hours=2)
    _notice(cast.acme, "money_per_day", "critical", f"{now:%Y-%m-%d}", long_ago)
    _notice(cast.acme, "calls_per_hour", "warning", "1", soon)
    _notice(cast.globex, "calls_per_hour", "critical", "1", long_ago)

    # Each process looks once in some seconds.
    eventually(lambda: _figures(Scrape(watched)) == (1, 1, 2, 2, 1, 1))
    eventually(lambda: _stands_well(Scrape(watched)))
    told = Scrape(watched)
    assert told.value("disk_free_bytes") > 0
    assert told.value("spool_bytes") == 0


def test_a_sign_from_before_the_clock_was_stepped_back_is_no_sign_of_life(cast, watched):
    ahead = timezone.now() + timedelta(hours=1)
    Worker.objects.create(name="w", started_at=ahead, seen_at=ahead, duties={"ending": "fault: X"})
    eventually(lambda: _shows_no_worker(Scrape(watched)))


def _shows_no_worker(told: Scrape) -> bool:
    """In one look: each process of the gateway has its own, and it may be seconds old."""
    age = told.value("worker_heartbeat_age_seconds")
    return age is not None and age > 3000 and told.value("worker_duties_failing") == 0


def _stands_well(told: Scrape) -> bool:
    """A process tells nothing of what its last look did not find out in time."""
    age = told.value("worker_heartbeat_age_seconds")
    offset = told.value("clock_offset_seconds")
    if age is None or offset is None:
        return False
    return 0 <= age < 60 and abs(offset) < 1 and told.value("ready", check="database") == 1


def _figures(told: Scrape) -> tuple[float | None, ...]:
    return (
        told.value("live_sessions"),
        told.value("live_calls"),
        told.value("worker_duties_failing"),
        told.value("limits_near_cap", level="near"),
        told.value("limits_near_cap", level="at"),
        told.value("tenants_near_cap", level="near"),
    )


def _notice(tenant, limit, level, period, at) -> None:
    LimitNotice.objects.create(
        tenant=tenant, scope="t", limit=limit, level=level, period=period, used=1, most=1, at=at
    )


def test_it_answers_while_the_database_is_away(watched, wcs):
    before = Scrape(watched)
    wcs.connected()
    with database_away():
        assert wcs.post("call").status == 503
        assert wcs.post("CallStatusEvent", "call_ring").status == 200
        eventually(lambda: Scrape(watched).value("ready", check="database") == 0)
        eventually(lambda: Scrape(watched).value("spool_bytes"))
        eventually(lambda: Scrape(watched).value("live_sessions") is None)
        status, text = ask(watched.port, "/readyz")
        assert (status, json.loads(text)["checks"]) == (503, AWAY)

        told = Scrape(watched)
        assert told.gained(before, "events_spooled_total") == 1
        assert told.gained(before, "refusals_total", reason="database_away") == 1
        assert told.gained(before, "database_errors_total", error=NO_CONNECTION) > 0


def test_many_who_ask_at_once_get_the_same_page(watched):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: ask(watched.port)[0], range(100)))
    assert answers == [200] * 100


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_what_a_proxy_passes_on_may_not_read_it(gateway, name):
    status, text = ask(gateway.port, **{name: "127.0.0.1"})
    assert (status, "clickhook_" in text) == (404, False)


def test_any_host_name_will_do(gateway):
    assert ask(gateway.port, Host="evil.example")[0] == 200


def test_a_network_that_is_none_is_a_problem(manage):
    refused = manage("check", CLICKHOOK_METRICS_ALLOW="10.0.0.1/8")
    assert refused.returncode == 1
    assert "CLICKHOOK_METRICS_ALLOW takes networks such as" in refused.stderr


def test_it_counts_instances_of_living_tenants_that_are_silent_for_a_day(cast, watched):
    long_ago = timezone.now() - timedelta(days=2)
    LastHook.objects.create(instance=cast.acme_1, at=long_ago)
    LastHook.objects.create(instance=cast.globex_1, at=long_ago)
    LastHook.objects.create(instance=cast.shared_1, at=timezone.now())
    moved = Tenant.objects.create(slug="initech", name="Initech", status="active")
    initech_1 = WcsInstance.objects.create(name="initech-1")
    initech_1.tenants.add(moved)
    LastHook.objects.create(instance=initech_1, at=long_ago)
    freeze(moved, "alice")
    Tenant.objects.filter(pk=cast.globex.pk).update(status="suspended")
    eventually(lambda: Scrape(watched).value("wcs_silent") == 1)
