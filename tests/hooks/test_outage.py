"""The database goes away and comes back."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from hooks.models import Call, Event, Session
from hooks.row_id import new_row_id
from tests.cast import ACME_SIGNING, SECRETS
from tests.clickhook.running_up import eventually
from tests.conftest import Gateway
from tests.environment import DATA_DIR, SERVER

pytestmark = pytest.mark.proof

FILES = {"CallStatusEvent": "call_ring"}
AWAY = {"status": 503, "reason": "Calls are not available now"}


@contextlib.contextmanager
def database_away() -> Iterator[None]:
    connections.close_all()
    SERVER._process.send_signal(signal.SIGINT)
    SERVER._process.wait()
    try:
        yield
    finally:
        SERVER.start()


@contextlib.contextmanager
def database_frozen() -> Iterator[None]:
    """It takes connections and answers nothing, like a host that hangs."""
    pids = [SERVER._process.pid, *_children(SERVER._process.pid)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    with open(f"/proc/{parent}/task/{parent}/children") as file:
        return [int(pid) for pid in file.read().split()]


@pytest.fixture(scope="module")
def lone(django_db_setup) -> Iterator[Gateway]:
    """A gateway of one process and a short deadline, so that it remembers what a test taught it."""
    running = Gateway({"CLICKHOOK_HOOK_DEADLINE": "1"}, workers=1).start()
    yield running
    running.stop()


@pytest.fixture
def wcs(cast, lone):
    eventually(lambda: not list((DATA_DIR / "spool").glob("*")))  # an earlier test's
    posting = lone.wcs(cast.acme_1.key, ACME_SIGNING)
    yield posting
    posting.close()


def test_calls_are_refused_and_events_are_kept_until_it_is_back(wcs, lone):
    wcs.connected()
    assert wcs.post("call").status == 200
    before = len(lone.log)
    with database_away():
        for method in ("connect", "call", "transfer"):
            started = time.monotonic()
            answer = wcs.post(method)
            assert (answer.status, answer.json) == (503, AWAY)
            assert time.monotonic() - started < 1
        assert wcs.post("CallStatusEvent", "call_ring").json == {}
        assert wcs.post("CallStatusEvent", "call_established").json == {}
        assert wcs.post("hangup").json == {}
        assert wcs.post("CallStatusEvent", "call_finish").json == {}
        _spool_is_private_and_holds_no_secret()
        eventually(lambda: wcs.request("GET", "/readyz").status == 503)
        assert wcs.request("GET", "/healthz").status == 200
        told = timezone.now()

    eventually(lambda: Event.objects.filter(method="CallStatusEvent").count() == 3)
    call = Call.objects.get()
    assert call.ringing_at < call.answered_at < call.ended_at < told
    assert call.ended_by == "finish"
    eventually(lambda: not list((DATA_DIR / "spool").glob("*")))
    assert wcs.post("connect", sessionId="after").status == 200
    assert not any(secret in lone.log for secret in SECRETS)
    written = lone.log[before:]
    assert len(re.findall("the database is away: ", written)) == 1
    (counts,) = re.findall(r"the database is back after \d+ s: (.*)", written)
    assert counts == "3 hooks refused, 4 events kept"


def _spool_is_private_and_holds_no_secret() -> None:
    (file,) = (DATA_DIR / "spool").glob("*.jsonl")
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert len(text.splitlines()) == 4
    assert not any(secret in text or json.dumps(secret) in text for secret in SECRETS)
    assert "sdp" not in json.loads(text.splitlines()[0])["body"]


def test_a_restart_between_two_hooks_is_not_noticed(wcs):
    wcs.connected()
    wcs.post("call")
    wcs.post("CallStatusEvent", "call_ring")
    with database_away():
        pass

    assert wcs.post("connect", sessionId="after").status == 200
    assert wcs.post("call", callId="after").status == 200
    assert wcs.post("CallStatusEvent", "call_established").status == 200
    assert Call.objects.filter(answered_at__isnull=False).exists()


def test_a_stranger_is_not_kept_while_it_is_away(wcs, cast):
    wcs.connected()
    with database_away():
        wcs.secret = "guessed"
        # 503 where the database was to be asked for a secret that may be newer.
        assert wcs.post("CallStatusEvent", "call_ring").status in (403, 503)
        wcs.key = "never-seen"
        assert wcs.post("CallStatusEvent", "call_ring").status == 503
        assert not list((DATA_DIR / "spool").glob("*"))


def test_what_a_dead_process_kept_is_recorded_by_the_next(wcs, lone):
    wcs.connected()
    with database_away():
        assert wcs.post("ConnectionStatusEvent", "connection_disconnected").status == 200
        lone.process.kill()
        lone.process.wait()
        _kill_orphans(lone)
    lone.start()

    eventually(lambda: Session.objects.get().ended_by == "disconnected")


def _kill_orphans(gateway: Gateway) -> None:
    """Workers notice that their master is gone; a crash of the machine would not wait for that."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/cmdline") as file:
                if f"127.0.0.1:{gateway.port}" in file.read():
                    os.kill(int(entry), signal.SIGKILL)


@pytest.mark.proof
def test_two_processes_record_what_was_kept_once(cast, django_db_setup):
    both = Gateway(workers=2).start()
    posting = [both.wcs(cast.acme_1.key, ACME_SIGNING) for _ in range(8)]
    for wcs in posting:
        wcs.connected()
    with database_away():
        kept = [
            wcs.post("StreamStatusEvent", "connection_established").status
            for _ in range(15)
            for wcs in posting
        ]
    both.process.kill()  # so that two others find it all at once
    both.process.wait()
    _kill_orphans(both)
    both.start()
    eventually(lambda: not list((DATA_DIR / "spool").glob("*")))

    assert Event.objects.filter(method="StreamStatusEvent").count() == kept.count(200) > 100
    for wcs in posting:
        wcs.close()
    both.stop()


def test_an_end_from_before_a_session_began_does_not_end_it(wcs, cast):
    wcs.connected()
    (DATA_DIR / "spool").mkdir(exist_ok=True)
    body = {"sessionId": wcs.session, "nodeId": wcs.node, "status": "DISCONNECTED"}
    earlier = (timezone.now() - timedelta(minutes=1)).isoformat()
    kept = {"at": earlier, "key": wcs.key, "method": "ConnectionStatusEvent", "body": body}
    line = json.dumps({"id": str(new_row_id()), **kept})
    (DATA_DIR / "spool" / "left-behind.jsonl").write_text(line + "\n" + line[:-9])
    # As if the process had died between recording the file and deleting it.
    (DATA_DIR / "spool" / "left-behind-again.jsonl").write_text(line + "\n")

    eventually(lambda: Event.objects.filter(method="ConnectionStatusEvent").count() == 1)
    eventually(lambda: not list((DATA_DIR / "spool").glob("*.jsonl")))
    assert Event.objects.filter(method="ConnectionStatusEvent").count() == 1
    assert Session.objects.get().ended_at is None


@pytest.mark.proof
def test_a_full_spool_says_so(cast, django_db_setup):
    small = Gateway({"CLICKHOOK_SPOOL_LIMIT": "600"}, workers=1).start()
    wcs = small.wcs(cast.acme_1.key, ACME_SIGNING)
    wcs.connected()
    with database_away():
        statuses = [wcs.post("CallStatusEvent", "call_ring").status for _ in range(4)]
    assert (statuses[0], statuses[-1]) == (200, 503)
    eventually(
        lambda: Event.objects.filter(method="CallStatusEvent").count() == statuses.count(200)
    )
    wcs.close()
    small.stop()


def test_a_database_that_hangs_is_as_good_as_away(wcs):
    wcs.connected()
    methods = {"call": 503, "connect": 503, "CallStatusEvent": 200}
    with database_frozen():
        for longest in (1.5, 0.5, 0.5):  # seconds; the deadline of the first is one second
            for method, status in methods.items():
                started = time.monotonic()
                assert wcs.post(method, FILES.get(method), sessionId="x").status == status
                assert time.monotonic() - started < longest
    eventually(lambda: wcs.post("connect", sessionId="y").status == 200)


@pytest.mark.proof
def test_whoever_waits_is_answered_at_once_when_the_database_hangs(wcs, lone, cast):
    wcs.connected()

    def post(number: int) -> int:
        posting = lone.wcs(cast.acme_1.key, ACME_SIGNING)
        try:
            return posting.post("connect", sessionId=f"s{number}").status
        finally:
            posting.close()

    with database_frozen(), ThreadPoolExecutor(300) as pool:
        started = time.monotonic()
        assert set(pool.map(post, range(300))) == {503}
        assert (
            time.monotonic() - started < 10
        )  # three batches, each with a deadline of its own, would not be enough
    eventually(lambda: wcs.post("connect", sessionId="y").status == 200)


def test_a_lock_on_a_call_holds_up_neither_connect_nor_call(wcs):
    wcs.connected()
    wcs.post("call")
    with psycopg.connect(host=str(SERVER.socket), user="clickhook", dbname="clickhook") as blocking:
        blocking.execute("SELECT 1 FROM hooks_call FOR UPDATE")
        impatient = wcs.__class__(wcs.port, wcs.key, wcs.secret, wcs.session)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(impatient.post, "CallStatusEvent", "call_ring")
            assert wcs.post("connect", sessionId="other").status == 200
            assert wcs.post("call", callId="other").status == 200
            assert waiting.result().status == 200  # after the deadline, kept on disk
        impatient.close()
    eventually(lambda: Call.objects.filter(ringing_at__isnull=False).exists())
