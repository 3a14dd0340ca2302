"""What is killed while `up` runs comes back, and no event that was acknowledged is lost."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clickhook import postgres
from tests.clickhook.running_up import Up, eventually, is_listening
from tests.wcs import Wcs

pytestmark = [pytest.mark.proof, pytest.mark.early]

KEY, SECRET = "an-instance-key-of-this-test", "a-signing-secret-of-this-test"
OF_THIS_START = "SELECT name FROM hooks_worker WHERE started_at > pg_postmaster_start_time()"
BACK_WITHIN = 15.0  # seconds; two on an idle machine
TENANTS = {
    "tenants": [
        {
            "slug": "acme",
            "name": "Acme Ltd",
            "status": "active",
            "domains": [{"origin": "https://www.acme.example"}],
            "limits": dict.fromkeys(
                ("concurrent_calls", "calls_per_second", "calls_per_hour", "calls_per_day")
            ),
            "tickets": "off",
            "sip_accounts": [
                {
                    "login": "10001",
                    "password": "hush",
                    "domain": "sip.acme.example",
                    "internal_rate": "0.00",
                }
            ],
            "callees": [{"alias": "sales", "target": "10002", "default": True}],
        }
    ],
    "wcs_instances": [
        {"name": "acme-1", "key": KEY, "signing_secret": SECRET, "tenants": ["acme"]}
    ],
}


class Poster(threading.Thread):
    """A media server that posts an event and a call again and again."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[str] = set()
        self.call_answers: Counter[int] = Counter()
        self._port, self._ended = port, threading.Event()

    def run(self) -> None:
        while not self._ended.is_set():
            wcs = Wcs(self._port, KEY, SECRET)
            with contextlib.suppress(OSError, http.client.HTTPException):
                wcs.post("connect", origin="https://www.acme.example")
                while not self._ended.wait(0.02):
                    self._post(wcs)
            wcs.close()

    def _post(self, wcs: Wcs) -> None:
        call_id = str(uuid.uuid4())
        self.call_answers[wcs.post("call", callId=call_id).status] += 1
        if wcs.post("CallStatusEvent", "call_ring", callId=call_id).status == 200:
            self.acknowledged.add(call_id)

    def end(self) -> None:
        self._ended.set()
        self.join()


@pytest.fixture
def up(up_again) -> Up:
    return up_again


@pytest.fixture
def posting(up, tmp_path) -> Iterator[Poster]:
    up.start()
    file = tmp_path / "tenants.json"
    file.write_text(json.dumps(TENANTS))
    imported = up.run("import_tenants", str(file))
    assert imported.returncode == 0, imported.stderr
    poster = Poster(up.port)
    poster.start()
    eventually(lambda: len(poster.acknowledged) > 5)
    yield poster
    poster.end()


def recorded(up: Up) -> set[str]:
    place = {"host": str(postgres.socket_directory(up.data_dir)), "user": "clickhook"}
    query = "SELECT body->>'callId' FROM hooks_eventlog WHERE method = 'CallStatusEvent'"
    with psycopg.connect(**place, dbname="clickhook") as connection:
        return {call_id for (call_id,) in connection.execute(query)}


def is_back(up: Up) -> bool:
    """It answers, and a call is allowed."""
    wcs = Wcs(up.port, KEY, SECRET)
    with contextlib.closing(wcs), contextlib.suppress(OSError, http.client.HTTPException):
        connected = wcs.post("connect", origin="https://www.acme.example").status == 200
        return connected and wcs.post("call").status == 200 and up.get("/readyz") == 200
    return False


def test_a_killed_postgresql_comes_back(up, posting):
    first = up.postmaster()
    posting.call_answers.clear()
    os.kill(first, signal.SIGKILL)
    eventually(lambda: not Path(f"/proc/{first}").exists())
    eventually(lambda: is_back(up), BACK_WITHIN)
    time.sleep(0.5)
    posting.end()

    assert up.postmaster() != first
    assert set(posting.call_answers) <= {200, 503}
    assert posting.call_answers[503]
    eventually(lambda: posting.acknowledged <= recorded(up))
    assert "The embedded PostgreSQL was started again." in up.output.read_text()
    assert "Traceback" not in up.output.read_text()
    assert up.end() == 0
    assert up.leftovers() == []


def test_a_killed_gunicorn_comes_back(up, posting):
    first = up.gunicorn()
    os.kill(first, signal.SIGKILL)
    # The workers that it left answer until they are ended.
    eventually(lambda: up.gunicorns() not in ([], [first]))
    eventually(lambda: is_back(up), BACK_WITHIN)
    time.sleep(0.5)
    posting.end()

    eventually(lambda: posting.acknowledged <= recorded(up))
    assert "gunicorn was started again." in up.output.read_text()
    assert up.end() == 0
    assert up.leftovers() == []


def workers(up: Up) -> set[str]:
    """The names of those of this start."""
    place = {"host": str(postgres.socket_directory(up.data_dir)), "user": "clickhook"}
    with psycopg.connect(**place, dbname="clickhook") as connection:
        return {name for (name,) in connection.execute(OF_THIS_START)}


def test_a_killed_worker_comes_back(up):
    up.start()
    eventually(lambda: workers(up))
    [first] = workers(up)
    os.kill(int(first.split()[1]), signal.SIGKILL)
    eventually(lambda: workers(up) - {first})

    assert "The worker was started again." in up.output.read_text()
    assert up.end() == 0
    assert up.leftovers() == []


def test_both_may_be_killed_at_once(up, posting):
    os.kill(up.postmaster(), signal.SIGKILL)
    os.kill(up.gunicorn(), signal.SIGKILL)
    time.sleep(0.5)
    eventually(lambda: is_back(up), BACK_WITHIN)
    posting.end()

    eventually(lambda: posting.acknowledged <= recorded(up))
    assert up.end() == 0
    assert up.leftovers() == []


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6])
def test_it_ends_cleanly_also_during_a_restart(up, seconds):
    up.start()
    os.kill(up.gunicorn(), signal.SIGKILL)
    os.kill(up.postmaster(), signal.SIGKILL)
    time.sleep(seconds)

    assert up.end() == 0
    up.eventually_gone()


def test_a_database_that_does_not_come_back_is_tried_again(up):
    up.start()
    version = up.data_dir / "postgres" / "cluster" / "PG_VERSION"
    postmaster = up.postmaster()
    version.rename(version.with_name("away"))
    version.write_text("1\n")
    os.kill(postmaster, signal.SIGKILL)
    eventually(lambda: "could not be started again" in up.output.read_text())
    eventually(lambda: up.get("/readyz") == 503)

    version.with_name("away").rename(version)
    eventually(lambda: up.get("/readyz") == 200)
    assert up.end() == 0


def test_a_gunicorn_that_never_answered_is_not_started_again(up):
    up.environment["CLICKHOOK_ENCRYPTION_KEYS"] = ""
    up.start()
    up.end()
    (up.data_dir / "encryption.keys").write_text("not a key ring\n")
    up.start(ready=False)
    assert up.process.wait(timeout=60) == 1
    assert "gunicorn ended by itself with exit code" in up.output.read_text()
    assert up.leftovers() == []


def test_it_refuses_new_callers_and_answers_the_others_while_it_ends(up):
    up.start()
    begun, rest = b"GET /healthz HTTP/1.1\r\n", b"Host: localhost\r\n\r\n"
    with socket.create_connection(("127.0.0.1", up.port), timeout=10) as caller:
        caller.sendall(begun)
        time.sleep(0.2)
        up.process.send_signal(signal.SIGTERM)
        eventually(lambda: not is_listening(up.port))
        caller.sendall(rest)
        answer = caller.recv(65_536).lower()

    assert answer.startswith(b"http/1.1 200 ")
    assert b"connection: close" in answer
    assert up.process.wait(30) == 0
