"""Each alert fires in a real Prometheus beside real gateways that have the trouble for real."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.utils import timezone

from hooks.models import LastHook, LimitNotice, Worker
from tenants.secrets.encryption import new_key
from tests.cast import ACME_SIGNING, GLOBEX_SIGNING
from tests.clickhook.running_up import eventually
from tests.clickhook.test_health import clock_ahead
from tests.conftest import Gateway
from tests.environment import SERVER
from tests.hooks.test_outage import database_away, database_frozen
from tests.monitoring.prometheus import BEFORE, WINDOW, Prometheus
from tests.monitoring.promtool import dashboard_expressions, needs_prometheus, rules
from tests.ports import find_port
from tests.wcs import Wcs

pytestmark = [pytest.mark.proof, pytest.mark.early, needs_prometheus]


@contextlib.contextmanager
def small_disk(directory: Path) -> Iterator[Path]:
    """With less than a tenth of its room left."""
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(directory)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs root, for a disk that is full")
    try:
        (directory / "filling").write_bytes(b"x" * 980 * 1024)
        yield directory
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)


@contextlib.contextmanager
def unwell_gateway(directory: Path) -> Iterator[Gateway]:
    """Its clock, its keys and its disk are wrong."""
    with small_disk(directory) as data, clock_ahead():
        environment = {
            "CLICKHOOK_DATA_DIR": str(data),
            "CLICKHOOK_STATIC_DIR": str(directory.parent),
            "CLICKHOOK_ENCRYPTION_KEYS": new_key(),
            "CLICKHOOK_SECRET_KEY": os.urandom(40).hex(),
            "DATABASE_URL": f"postgresql://clickhook@/clickhook?host={quote(str(SERVER.socket))}",
        }
        gateway = Gateway(environment, workers=1).start()
        try:
            yield gateway
        finally:
            gateway.stop()


@pytest.fixture
def watched(cast, tmp_path) -> Iterator[tuple[Gateway, Prometheus]]:
    with unwell_gateway(tmp_path / "small") as unwell:
        well = Gateway({"CLICKHOOK_SPOOL_LIMIT": "600"}, workers=1).start()
        gone = Gateway(port=find_port())
        prometheus = Prometheus(tmp_path, [well, unwell, gone])
        prometheus.start()
        try:
            yield well, prometheus
        finally:
            prometheus.stop()
            well.stop()


@contextlib.contextmanager
def posting_all_the_time(wcs: Wcs) -> Iterator[None]:
    over = threading.Event()

    def post() -> None:
        while not over.wait(0.1):
            wcs.post("ConnectionStatusEvent", "connection_established")

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        wcs.close()


def test_each_alert_fires(cast, watched):
    gateway, prometheus = watched
    acme = gateway.wcs(cast.acme_1.key, ACME_SIGNING)
    with posting_all_the_time(gateway.wcs(cast.globex_1.key, GLOBEX_SIGNING)):
        _what_is_wrong_from_the_start(prometheus)
        _worker_fails(prometheus)
        _instance_is_silent_for_a_day(cast, prometheus)
        _limit_is_used_up(cast, prometheus)
        time.sleep(WINDOW)  # of what globex-1 posts, so that its silence is missed later
    silent_since = time.monotonic()
    _strangers_and_refusals(acme, prometheus)
    _database_hangs(acme, prometheus)
    _database_goes(acme, prometheus)

    silent = prometheus.wait_for("ClickhookInstanceSilent", 2 * BEFORE)
    assert silent["labels"]["name"] == "globex-1"
    assert time.monotonic() - silent_since > WINDOW
    acme.close()

    assert set(prometheus.fired) == {rule["alert"] for rule in rules()}
    for alert in prometheus.fired.values():
        told = " ".join(alert["annotations"].values())
        assert "{{" not in told
        assert "<error" not in told
        assert "<no value>" not in told
    # And every panel shows something, but for instances beyond the first 50.
    for expression in dashboard_expressions():
        if 'wcs="other"' not in expression:
            eventually(lambda: prometheus.query(expression))  # noqa: B023


def _what_is_wrong_from_the_start(prometheus: Prometheus) -> None:
    for alert in ("GatewayDown", "NotReady", "WorkerStale", "ClockOff", "DiskFull"):
        prometheus.wait_for(f"Clickhook{alert}")


def _worker_fails(prometheus: Prometheus) -> None:
    now = timezone.now()
    duties = {"pruning": "fault: ValueError"}
    Worker.objects.create(name="here", started_at=now, seen_at=now, duties=duties)
    prometheus.wait_for("ClickhookDutyFailing")


def _instance_is_silent_for_a_day(cast, prometheus: Prometheus) -> None:
    LastHook.objects.create(instance=cast.shared_1, at=timezone.now() - timedelta(days=2))
    prometheus.wait_for("ClickhookInstancesSilentForADay")


def _limit_is_used_up(cast, prometheus: Prometheus) -> None:
    LimitNotice.objects.create(
        tenant=cast.acme,
        scope="tenant",
        limit="calls_per_hour",
        level="critical",
        period="1",
        used=60,
        most=60,
        at=timezone.now(),
    )
    prometheus.wait_for("ClickhookLimitUsedUp")


def _strangers_and_refusals(acme: Wcs, prometheus: Prometheus) -> None:
    for number in range(30):
        refused = acme.post("connect", sessionId=f"r{number}", origin="https://evil.example")
        assert refused.status == 403
    assert prometheus.wait_for("ClickhookRefusalsSurge")["labels"]["reason"] == "origin_unknown"
    acme.secret = "guessed"
    for _ in range(30):
        assert acme.post("connect").status == 403
    acme.secret = ACME_SIGNING
    prometheus.wait_for("ClickhookSignatureFailures")


def _database_hangs(acme: Wcs, prometheus: Prometheus) -> None:
    with database_frozen():
        assert acme.post("connect", sessionId="slow").status == 503
    prometheus.wait_for("ClickhookSlow")
    prometheus.wait_for("ClickhookHooksFail")


def _database_goes(acme: Wcs, prometheus: Prometheus) -> None:
    with database_away():
        kept = [acme.post("CallStatusEvent", "call_ring").status for _ in range(4)]
        assert (kept[0], kept[-1]) == (200, 503)
        for alert in ("SpoolNotEmpty", "EventsLost", "DatabaseErrors"):
            prometheus.wait_for(f"Clickhook{alert}")
